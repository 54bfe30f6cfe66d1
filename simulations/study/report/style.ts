/** How a report looks: light or dark as the reader has it, on paper, in a wide window and on a phone. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --grid: #e3e7eb; --link: #0550ae;
  --curve-1: #0067b8; --curve-2: #c2410c; --curve-3: #0f7b4f; --curve-4: #8b3fb0;
  --curve-5: #7a5d00; --curve-6: #b3175f; --curve-7: #00707a; --curve-8: #4b5563;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d; --ink: #e6e9ec; --soft: #a5aeb7; --line: #3a424b; --grid: #2b323a; --link: #79b8ff;
    --curve-1: #58a6ff; --curve-2: #ff9e64; --curve-3: #4fd191; --curve-4: #d2a8ff;
    --curve-5: #e3c04a; --curve-6: #ff8fb8; --curve-7: #4fd3dd; --curve-8: #b6bec8;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 74rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .25rem; overflow-wrap: anywhere; }
p, dd, li, figcaption { max-width: 44rem; overflow-wrap: anywhere; }
a { color: var(--link); }
.soft, figcaption { color: var(--soft); }
figcaption { font-size: .9rem; }
dt { font-weight: 600; margin-top: .6rem; overflow-wrap: anywhere; }
dd { margin: 0; }
nav { font-size: .9rem; margin-top: 1.5rem; }
.links, .links .links { display: inline; list-style: none; margin: 0; padding: 0; }
.links li { display: inline; margin-inline-end: .6rem; }
.many { columns: 22rem; column-gap: 2rem; }
.many > div { break-inside: avoid; }
.plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: 1rem 2rem; }
figure { margin: .5rem 0; min-width: 0; break-inside: avoid; }
svg { display: block; max-width: 100%; height: auto; }
.scroll { overflow-x: auto; background:
  linear-gradient(to right, var(--paper) 30%, transparent) left / 3rem 100% no-repeat local,
  linear-gradient(to left, var(--paper) 30%, transparent) right / 3rem 100% no-repeat local,
  linear-gradient(to right, var(--line), transparent) left / .75rem 100% no-repeat scroll,
  linear-gradient(to left, var(--line), transparent) right / .75rem 100% no-repeat scroll; }
.tall { max-height: 85vh; overflow-y: auto; }
.tall thead th { position: sticky; top: 0; background: var(--paper); }
.tall th:first-child { position: sticky; left: 0; background: var(--paper); min-width: 0; max-width: 14rem; white-space: normal; }
.tall thead th:first-child { z-index: 1; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .75rem; border-bottom: 1px solid var(--line); text-align: end; white-space: nowrap; }
th:first-child, td:first-child { padding-inline-start: .25rem; }
thead th { vertical-align: bottom; white-space: normal; min-width: 5.5rem; max-width: 15rem; border-bottom: 2px solid var(--line); }
tbody th { font-weight: 400; }
th.text { text-align: start; }
summary { cursor: pointer; color: var(--link); font-size: .9rem; padding: .25rem 0; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  .scroll { overflow: visible; max-height: none; background: none; }
  .tall th:first-child, .tall thead th { position: static; }
  th, td { white-space: normal; padding: .15rem .4rem; }
  nav { font-size: .9rem; margin-top: 1.5rem; }
.links { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem 1rem; }
.links .links { display: inline-flex; gap: .1rem .75rem; }
.plots { grid-template-columns: 1fr 1fr; }
  h2, h3, h3 + p { break-after: avoid; }
  details:not([open]), nav { display: none; }
}
`;
