/** The report of a study: one page that needs nothing else, for people who know nothing of GEO. */
import type { Column, Results } from '../results.ts';
import { counted, meanFigure, valueFigure } from './figures.ts';
import { Html, html } from './html.ts';
import { anchorOf, figuresOf } from './plots.ts';
import { titled } from './spec.ts';
import { STYLE } from './style.ts';
import { type Setting, type Summary, summaryOf, type Varied } from './summary.ts';

/** Most rows of the table of means; results.csv has the rest. */
const MOST_SETTINGS = 500;
const MOST_VALUES = 20;
/** Most lines that are still short. */
const MOST_LINES = 10;

/** The page: the same text for the same results. */
export async function pageOf(results: Results): Promise<string> {
  const summary = summaryOf(results);
  const plots = await figuresOf(results.rows, summary);
  const page = html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${summary.study}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
<h1>${summary.study}</h1>
${introduction(summary)}
${contents(summary)}
<h2 id="short">In short</h2>
${extremes(summary)}
<h2 id="varied">What was varied</h2>
${parametersOf(summary)}
<h2 id="measured">What was measured</h2>
${metricsOf(summary)}
<h2 id="means">Means</h2>
${meansOf(summary)}
${plots}
<h2 id="files">The numbers behind this page</h2>
${filesOf(summary)}
</main>
</body>
</html>
`;
  return page.text;
}

/** Links to all parts. */
function contents({ metrics, varied }: Summary): Html {
  const plots = varied.length === 0 ? [] : metrics.map((metric, at) => [anchorOf(at), metric.name] as const);
  const links = (targets: readonly (readonly [string, string])[]) =>
    targets.map(([anchor, text]) => html`<li><a href="#${anchor}">${text}</a></li>\n`);
  return html`<nav aria-label="Contents">
<ul class="links">
${links([
  ['short', 'In short'],
  ['varied', 'What was varied'],
  ['measured', 'What was measured'],
  ['means', 'Means'],
])}${
  plots.length === 0 ? '' : html`<li><a href="#plots">Plots</a>: <ul class="links">\n${links(plots)}</ul></li>\n`
}${links([['files', 'Files']])}</ul>
</nav>`;
}

/** Of each metric: the settings where it was least and most. */
function extremes({ metrics, constant, settings, varied }: Summary): Html {
  const nameOf = (setting: Setting) =>
    varied.map(({ column }, at) => `${column.name} ${valueFigure(setting.values[at] ?? null)}`).join(', ');
  const one = (metric: Column, at: number) => {
    const known = settings.filter(({ means }) => means[at] !== null);
    const ordered = known.toSorted((a, b) => (a.means[at]?.mean ?? 0) - (b.means[at]?.mean ?? 0));
    const [least, most] = [ordered[0], ordered.at(-1)];
    if (least === undefined || most === undefined) return html`<li>${titled(metric)}: nothing was measured.</li>\n`;
    const [low, high] = [least, most].map(({ means }) => meanFigure(means[at] ?? null));
    if (varied.length === 0) return html`<li>${titled(metric)}: <strong>${low as string}</strong>.</li>\n`;
    if (low === high) return html`<li>${titled(metric)}: <strong>${low as string}</strong> everywhere.</li>\n`;
    return html`<li>${titled(metric)}: from <strong>${low as string}</strong> (${nameOf(least)}) to <strong>${
      high as string
    }</strong> (${nameOf(most)}).</li>\n`;
  };
  const lines = [
    ...metrics.map(one),
    ...constant.map(
      ({ column, value }) => html`<li>${titled(column)}: <strong>${valueFigure(value)}</strong> in all runs.</li>\n`,
    ),
  ];
  const first = html`<ul>\n${lines.slice(0, MOST_LINES)}</ul>`;
  if (lines.length <= MOST_LINES) return first;
  return html`${first}
<details><summary>${lines.length - MOST_LINES} more</summary>
<ul>
${lines.slice(MOST_LINES)}</ul>
</details>`;
}

function metricsOf({ measured, absent }: Summary): Html {
  const one = (metric: Column) => html`<div><dt>${titled(metric)}</dt><dd>${metric.what}</dd></div>\n`;
  const all = html`<dl class="many">\n${measured.map(one)}</dl>`;
  if (absent.length === 0) return all;
  return html`${all}\n<p>Not measured: ${absent.map(({ name }) => name).join(', ')}.</p>`;
}

function introduction({ runs, seeds, settings }: Summary): Html {
  if (runs === 0) return html`<p>No run has been made yet.</p>`;
  const each = settings.length === 1 ? 'The one setting' : `Each of ${settings.length} settings`;
  return html`<p>GEO is a network for paying without money: people who know each other say how much credit they give each
other, and a payment goes along a chain of such trust from the payer to the payee. This page tells what a simulation of
such a network found.</p>
<p>${each} was run with ${counted(seeds, 'seed')}, ${counted(runs, 'run')} in all. A seed is the number that all chance in
a run comes from: with another one, other people have other friends and pay other people, and with the same one
everything is the same again.</p>
${
  seeds > 1
    ? html`<p>A figure such as 93.4 ± 0.3 is the mean over the seeds and its 95 % interval: if very many seeds were run, their
mean would most likely (19 times of 20) lie between 93.1 and 93.7. Two figures whose intervals are far apart differ; where
the intervals overlap much, it may be chance.</p>`
    : html`<p>With one seed nobody can tell how far chance moves a figure, so none has an interval: run several seeds before
drawing conclusions.</p>`
}`;
}

function parametersOf({ varied, fixed }: Summary): Html {
  const one = ({ column, values }: Varied) => {
    const shown = values.slice(0, MOST_VALUES).map(valueFigure).join(', ');
    const more = values.length > MOST_VALUES ? ` and ${values.length - MOST_VALUES} more` : '';
    return html`<dt>${titled(column)}: ${shown}${more}</dt><dd>${column.what}</dd>\n`;
  };
  const changed = varied.length === 0 ? html`<p>Nothing but the seed.</p>` : html`<dl>\n${varied.map(one)}</dl>`;
  if (fixed.length === 0) return changed;
  return html`${changed}
<p>The same in all runs:</p>
<dl>
${fixed.map(one)}</dl>`;
}

const BETWEEN = ' · ';

function meansOf({ settings, varied, metrics, seeds }: Summary): Html {
  if (metrics.length === 0) return html`<p>Nothing but what is the same in all runs.</p>`;
  const isUneven = settings.some(({ runs }) => runs !== seeds);
  const row = ({ values, runs, means }: Setting) =>
    html`<tr><th scope="row" class="text">${values.length === 0 ? 'all' : values.map(valueFigure).join(BETWEEN)}</th>${
      isUneven ? html`<td>${runs}</td>` : ''
    }${means.map((mean) => html`<td>${meanFigure(mean)}</td>`)}</tr>\n`;
  const names = varied.map(({ column }) => titled(column)).join(BETWEEN);
  const heads = [...(isUneven ? ['runs'] : []), ...metrics.map(titled)];
  const cut =
    settings.length > MOST_SETTINGS
      ? html`<p>The first ${MOST_SETTINGS} of ${settings.length} settings; results.csv has all.</p>`
      : '';
  return html`<p class="soft">Mean${seeds > 1 ? ' ± 95 % interval' : ''} over ${counted(seeds, 'seed')}. – means that there was nothing to
measure.</p>
<div class="scroll tall" role="region" aria-label="Means of all settings" tabindex="0">
<table>
<thead><tr><th scope="col" class="text">${names}</th>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>
${settings.slice(0, MOST_SETTINGS).map(row)}</tbody>
</table>
</div>
${cut}`;
}

function filesOf({ runs }: Summary): Html {
  return html`<p>Beside this page lie the same ${counted(runs, 'run')}, one a row:</p>
<ul>
<li><a href="results.csv">results.csv</a> for spreadsheets,</li>
<li><a href="results.jsonl">results.jsonl</a>, one object of JSON a line,</li>
<li><a href="results.parquet">results.parquet</a> for pandas, R, DuckDB and the like,</li>
<li><a href="manifest.json">manifest.json</a>: which version of the program made them from which settings, so that anybody
can make them again.</li>
</ul>`;
}
