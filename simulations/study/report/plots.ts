/** All plots of a report, each with its caption and with its numbers as a table. */
import type { Column, Row } from '../results.ts';
import { meanFigure, valueFigure } from './figures.ts';
import { Html, html } from './html.ts';
import { svgOf } from './plot.ts';
import { isLogarithmic, MOST_CURVES, titled } from './spec.ts';
import { type Cells, type Curve, cellsOf, curvesOf, type Summary, type Varied } from './summary.ts';

/** A heading and plots for each metric: one along each parameter that was varied. */
export async function figuresOf(rows: readonly Row[], summary: Summary): Promise<Html> {
  const { metrics, varied } = summary;
  if (varied.length === 0 || metrics.length === 0) return html``;
  const cells = varied.map((x) => cellsOf(rows, x, varied.find((other) => other !== x) ?? null));
  const sections: Html[] = [];
  for (const [at, metric] of metrics.entries()) {
    const figures: Html[] = [];
    for (const along of cells) figures.push(await figureOf(along, summary, metric));
    sections.push(html`<section id="${anchorOf(at)}">
<h3>${titled(metric)}</h3>
<p>${metric.what}</p>
<div class="plots">
${figures}</div>
</section>
`);
  }
  return html`<h2 id="plots">Plots</h2>\n${sections}`;
}

/** Where in the page the plots of a metric are. */
export function anchorOf(metric: number): string {
  return `metric-${metric + 1}`;
}

async function figureOf(cells: Cells, summary: Summary, metric: Column): Promise<Html> {
  const { x, series } = cells;
  const curves = curvesOf(cells, metric);
  const drawn = curves.slice(0, MOST_CURVES);
  const isEmpty = drawn.every(({ points }) => points.every(({ mean }) => mean === null));
  const label = labelOf(metric, x, series, drawn);
  const svg = isEmpty
    ? html`<p>Nothing was measured.</p>`
    : new Html(await svgOf({ x: x.column, metric, series: series?.column ?? null, curves: drawn, label }));
  return html`<figure>
${svg}
<figcaption>${captionOf(summary, metric, x, series, curves.length)}</figcaption>
${numbersOf(metric, x, series, curves)}
</figure>
`;
}

function captionOf(summary: Summary, metric: Column, x: Varied, series: Varied | null, curves: number): string {
  const mark = x.column.kind === 'text' ? 'mark' : 'curve';
  const sentences = [
    `${titled(metric)} by ${x.column.name}${series === null ? '' : `; one ${mark} for each ${series.column.name}`}.`,
  ];
  sentences.push(
    summary.seeds > 1
      ? `Marks are means over ${summary.seeds} seeds, upright lines their 95 % intervals.`
      : 'Marks are single runs.',
  );
  const others = summary.varied.filter((other) => other !== x && other !== series).map(({ column }) => column.name);
  if (others.length > 0) sentences.push(`Averaged over all values of ${others.join(', ')}.`);
  if (isLogarithmic(x.column, x.values)) sentences.push(`The axis of ${x.column.name} is logarithmic.`);
  if (curves > MOST_CURVES) sentences.push(`The first ${MOST_CURVES} of ${curves} are drawn; the table below has all.`);
  return sentences.join(' ');
}

/** The course of each curve in words: where it begins and where it ends. */
function labelOf(metric: Column, x: Varied, series: Varied | null, curves: readonly Curve[]): string {
  const courses = curves.map(({ series: value, points }) => {
    const known = points.filter(({ mean }) => mean !== null);
    const [first, last] = [known[0], known.at(-1)];
    const whose = series === null ? '' : `for ${series.column.name} ${valueFigure(value)} `;
    if (first === undefined || last === undefined) return `${whose}nothing`;
    const at = (point: typeof first) => `${meanFigure(point.mean)} at ${valueFigure(point.x)}`;
    return `${whose}from ${at(first)} to ${at(last)}`;
  });
  return `Plot of ${titled(metric)} by ${titled(x.column)}: ${courses.join('; ')}.`;
}

function numbersOf(metric: Column, x: Varied, series: Varied | null, curves: readonly Curve[]): Html {
  const heads = curves.map(({ series: value }) =>
    series === null ? titled(metric) : `${series.column.name} ${valueFigure(value)}`,
  );
  const rows = x.values.map(
    (value, at) =>
      html`<tr><th scope="row">${valueFigure(value)}</th>${curves.map(
        ({ points }) => html`<td>${meanFigure(points[at]?.mean ?? null)}</td>`,
      )}</tr>\n`,
  );
  return html`<details><summary>Numbers of this plot</summary>
<div class="scroll" role="region" aria-label="Numbers of the plot of ${metric.name} by ${x.column.name}" tabindex="0">
<table>
<thead><tr><th scope="col">${titled(x.column)}</th>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>
${rows}</tbody>
</table>
</div>
</details>`;
}
