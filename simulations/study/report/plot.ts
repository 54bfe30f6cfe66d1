/** One plot as SVG that takes its colours from the page. */
import { type Plot, specOf } from './spec.ts';

/** The plot as an element of a page. */
export async function svgOf(plot: Plot): Promise<string> {
  // Only those who write a report load it.
  const { parse, View } = await import('vega');
  const view = new View(parse(specOf(plot)), { renderer: 'none' });
  try {
    const svg = await view.toSVG();
    // The parts have no meaning of their own to a screen reader; the names of XML's spaces are not needed in a page.
    return svg.replace(/^<svg[^>]*/, (tag) => {
      const bare = tag.replace(/ xmlns(:\w+)?="[^"]*"/g, '').slice('<svg'.length);
      return `<svg role="img" aria-label="${escaped(plot.label)}"${bare}`;
    });
  } finally {
    view.finalize();
  }
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.codePointAt(0)};`);
}
