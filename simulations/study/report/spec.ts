/** What a plot looks like: a metric along a parameter, means with their 95 % intervals, as a specification of Vega. */
import type { Axis, Mark, Scale, Spec } from 'vega';
import type { Column } from '../results.ts';
import { THIN_SPACE, valueFigure } from './figures.ts';
import type { Curve, Value } from './summary.ts';

/** Most curves in one plot: as many as there are colours that can be told apart. */
export const MOST_CURVES = 8;

/** Pixels of what is between the axes; axes and legend come to it. */
const WIDTH = 350;
const HEIGHT = 210;
/** Numbers that span more than this stand on a logarithmic axis. */
const LOG_FROM = 30;
/** Most pixels between the marks of neighbouring curves at one place, which keep one from hiding another. */
const MOST_APART = 6;

const SHAPES = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'triangle-left',
];
const DASHES = [[], [6, 3], [2, 3], [8, 3, 2, 3], [], [6, 3], [2, 3], [8, 3, 2, 3]];

/** What is to be drawn: at most `MOST_CURVES` curves. */
export interface Plot {
  readonly x: Column;
  readonly metric: Column;
  readonly series: Column | null;
  readonly curves: readonly Curve[];
  /** What the plot shows, for those who do not see it. */
  readonly label: string;
}

/** Whether the values of a parameter stand on a logarithmic axis. */
export function isLogarithmic({ kind }: Column, values: readonly Value[]): boolean {
  const numbers = values.filter((value) => typeof value === 'number');
  const least = Math.min(...numbers);
  return kind !== 'text' && numbers.length > 2 && least > 0 && Math.max(...numbers) / least >= LOG_FROM;
}

/** The name of a column with its unit. */
export function titled({ name, unit }: Column): string {
  return unit === '' ? name : `${name} (${unit})`;
}

/** The specification: its texts are those of the page, its colours the page's variables. */
export function specOf(plot: Plot): Spec {
  const { x, series, curves } = plot;
  const labels = curves.map((curve) => valueFigure(curve.series));
  const places = (curves[0]?.points ?? []).map((point) => point.x).filter((place) => place !== null);
  const points = pointsOf(curves, labels);
  const apart = apartOf(x, places, curves.length);
  return {
    width: WIDTH,
    height: HEIGHT,
    autosize: 'pad',
    padding: 6,
    background: 'transparent',
    config: { locale: { number: { decimal: '.', thousands: THIN_SPACE, grouping: [3], currency: ['', ''] } } },
    data: [{ name: 'points', values: points }],
    scales: [
      scaleOf(x, places, 10 + (apart * curves.length) / 2),
      { name: 'y', type: 'linear', domain: rangeOf(points), range: 'height', zero: false, nice: true, padding: 4 },
      { name: 'colour', type: 'ordinal', domain: labels, range: labels.map((_, at) => `var(--curve-${at + 1})`) },
      { name: 'shape', type: 'ordinal', domain: labels, range: SHAPES },
      { name: 'dash', type: 'ordinal', domain: labels, range: DASHES },
    ],
    axes: axesOf(plot, places, points),
    legends:
      series === null
        ? []
        : [{ ...LEGEND, title: titled(series), fill: 'colour', shape: 'shape', columns: columnsFor(labels) }],
    marks: marksOf(x, `(datum.at - ${(curves.length - 1) / 2}) * ${apart}`),
  };
}

/** One mark: where it stands, its interval, and whose it is. */
interface Point {
  readonly x: number | string;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly curve: string;
  /** Number of the curve. */
  readonly at: number;
}

function pointsOf(curves: readonly Curve[], labels: readonly string[]): Point[] {
  return curves.flatMap(({ points }, at) =>
    points.flatMap(({ x, mean: estimate }) => {
      if (estimate === null || x === null) return [];
      const { mean, interval } = estimate;
      return [{ x, mean, low: mean - (interval ?? 0), high: mean + (interval ?? 0), curve: labels[at] as string, at }];
    }),
  );
}

function scaleOf(x: Column, places: readonly (number | string)[], padding: number): Scale {
  if (x.kind === 'text') return { name: 'x', type: 'point', domain: places.map(String), range: 'width', padding: 0.5 };
  const type = isLogarithmic(x, places) ? 'log' : 'linear';
  return { name: 'x', type, domain: { data: 'points', field: 'x' }, range: 'width', zero: false, padding };
}

function axesOf({ x, metric }: Plot, places: readonly (number | string)[], points: readonly Point[]): Axis[] {
  const below = x.kind === 'text' ? labelsOf(places) : { ...NUMBERS, values: [...places] };
  return [
    {
      ...AXIS,
      scale: 'y',
      orient: 'left',
      grid: true,
      tickCount: 5,
      title: titled(metric),
      ...(isTiny(points) ? { format: '.6~e' } : {}),
    },
    { ...AXIS, scale: 'x', orient: 'bottom', title: titled(x), ...below },
  ];
}

/** Lines where the parameter is a number, then intervals, then marks. */
function marksOf(x: Column, offset: string): Mark[] {
  const place = { scale: 'x', field: 'x', offset: { signal: offset } };
  const stroke = { scale: 'colour', field: 'curve' };
  const y = { scale: 'y', field: 'mean' };
  const strokeWidth = { value: 1.5 };
  const strokeDash = { scale: 'dash', field: 'curve' };
  const line: Mark = {
    type: 'group',
    from: { facet: { name: 'curve', data: 'points', groupby: 'curve' } },
    marks: [
      { type: 'line', from: { data: 'curve' }, encode: { enter: { x: place, y, stroke, strokeDash, strokeWidth } } },
    ],
  };
  const [low, high] = [
    { scale: 'y', field: 'low' },
    { scale: 'y', field: 'high' },
  ];
  const shape = { scale: 'shape', field: 'curve' };
  return [
    ...(x.kind === 'text' ? [] : [line]),
    { type: 'rule', from: { data: 'points' }, encode: { enter: { x: place, y: low, y2: high, stroke, strokeWidth } } },
    {
      type: 'symbol',
      from: { data: 'points' },
      encode: { enter: { x: place, y, fill: stroke, shape, size: { value: 46 } } },
    },
  ];
}

/** Least and most of all intervals; some room about them where they are one number. */
function rangeOf(points: readonly Point[]): [number, number] {
  const low = points.reduce((least, point) => Math.min(least, point.low), Infinity);
  const high = points.reduce((most, point) => Math.max(most, point.high), -Infinity);
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high - low > 1e-9 * size) return [low, high];
  const room = size === 0 ? 1 : size / 10;
  return [low - room, high + room];
}

/** Whether numbers have so many zeros after the point that a power of ten is easier to read. */
function isTiny(points: readonly Point[]): boolean {
  return rangeOf(points).every((end) => Math.abs(end) < 1e-3);
}

/** As far as leaves room between the curves' marks at two neighbouring places. */
function apartOf(x: Column, places: readonly Value[], curves: number): number {
  const numbers = places.filter((place) => typeof place === 'number');
  const isLog = isLogarithmic(x, places);
  const at =
    x.kind === 'text' ? places.map((_, place) => place) : numbers.map((one) => (isLog ? Math.log10(one) : one));
  const gaps = at.slice(1).map((one, before) => one - (at[before] as number));
  const span = (at.at(-1) ?? 0) - (at[0] ?? 0);
  const gap = span > 0 ? (WIDTH * Math.min(...gaps)) / span : WIDTH;
  return Math.round(10 * Math.max(1, Math.min(MOST_APART, (0.6 * gap) / curves))) / 10;
}

const FONT = 'system-ui, sans-serif';
const INK = 'currentColor';
const AXIS = {
  domainColor: INK,
  tickColor: INK,
  gridColor: 'var(--grid)',
  labelColor: INK,
  titleColor: INK,
  labelFont: FONT,
  titleFont: FONT,
  labelFontSize: 12,
  titleFontSize: 12,
  titleFontWeight: 'normal',
  labelLimit: 150,
  titleLimit: 360,
} as const;
/** Each value as it is; a logarithmic axis would leave most of them out. */
const NUMBERS = {
  labelOverlap: 'greedy',
  encode: { labels: { update: { text: { signal: "format(datum.value, ',.12~g')" } } } },
} as const;
const LEGEND = {
  orient: 'top',
  labelColor: INK,
  titleColor: INK,
  labelFont: FONT,
  titleFont: FONT,
  labelFontSize: 12,
  titleFontSize: 12,
  titleFontWeight: 'normal',
  labelLimit: 360,
} as const;

/** Texts of categories: aslant where they would not stand beside each other. */
function labelsOf(places: readonly Value[]) {
  const characters = places.reduce<number>((sum, place) => sum + valueFigure(place).length, 0);
  if (7 * characters + 10 * places.length < WIDTH) return {};
  return { labelAngle: -35, labelAlign: 'right', labelBaseline: 'middle', labelLimit: 200 } as const;
}

/** All beside each other where there is room, or as many as fit when all are as long as the longest. */
function columnsFor(labels: readonly string[]): number {
  const widths = labels.map((label) => 34 + 7 * label.length);
  const inOneRow = widths.reduce((sum, width) => sum + width, 0) <= WIDTH;
  return inOneRow ? labels.length : Math.max(1, Math.floor(WIDTH / Math.max(...widths)));
}
