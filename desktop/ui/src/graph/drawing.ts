/** A drawing of a network on a canvas, with sigma and graphology. Loaded only where one is shown. */
import Graph from 'graphology';
import Sigma, { DEFAULT_STYLES } from 'sigma';
import { extremityArrow, layerFill, layerPlain, pathCurved, pathLine, sdfCircle, sdfDiamond } from 'sigma/rendering';
import type { Arrow, Dot, DrawingWords, Extent, Hands, Picture, Tone } from './picture.ts';

/** Where the style sheet has the colour of each tone. */
const COLOURS: Readonly<Record<Tone | 'ink' | 'page', string>> = {
  self: '--accent',
  plain: '--soft',
  chosen: '--chosen',
  faint: '--line',
  bad: '--bad',
  good: '--good',
  ink: '--ink',
  page: '--card',
};

/** Room around the drawing for names, in pixels. */
const PADDING = 36;

/** An open drawing. */
export interface Drawing {
  show(picture: Picture): void;
  close(): void;
}

/** Begins a drawing in an element that has a size. Throws where the browser has no WebGL. */
export function openDrawing(container: HTMLElement, hands: () => Hands, words: DrawingWords): Drawing {
  const graph = new Graph({ multi: true, type: 'directed' });
  const sigma = new Sigma(graph, container, {
    primitives: {
      nodes: { shapes: [sdfCircle(), sdfDiamond()], layers: [layerFill()] },
      edges: { paths: [pathLine(), pathCurved()], extremities: [extremityArrow()], layers: [layerPlain()] },
    },
    styles: {
      nodes: {
        ...DEFAULT_STYLES.nodes,
        shape: { attribute: 'shape' },
        size: { attribute: 'size' },
        color: { attribute: 'color' },
        labelColor: { attribute: 'ink' },
        labelVisibility: 'visible',
        labelPosition: 'below',
        backdropVisibility: 'hidden',
      },
      edges: {
        ...DEFAULT_STYLES.edges,
        size: { attribute: 'size' },
        color: { attribute: 'color' },
        label: { attribute: 'label' },
        labelColor: { attribute: 'ink' },
        labelBackgroundColor: { attribute: 'page' },
        labelVisibility: 'visible',
        path: 'straight',
        parallelPath: 'curved',
        head: 'arrow',
      },
    },
    settings: {
      // Somebody may go on to another screen before it is drawn, or make the window very small.
      allowInvalidContainer: true,
      renderEdgeLabels: true,
      enableEdgeEvents: true,
      enableNodeDrag: hands().onMoved !== undefined,
      stagePadding: PADDING,
      gestureTarget: 'shared',
      sharedGestureWheelMessage: words.wheel,
      sharedGestureAppleWheelMessage: words.wheel,
      sharedGestureTouchMessage: words.touch,
      // Two clicks on two people in a row are no wish to zoom.
      doubleClickTimeout: 0,
      doubleClickZoomingRatio: 1,
      zoomDuration: 0,
      inertiaDuration: 0,
    },
  });
  let shown: Picture | null = null;
  const show = (picture: Picture): void => {
    if (shown?.extent !== picture.extent) {
      const { x, y } = picture.extent;
      sigma.setCustomBBox({ x: [...x], y: [-y[1], -y[0]] });
    }
    shown = picture;
    putInto(graph, picture, coloursOf(container));
    putCorners(graph, picture.extent);
  };
  const isSomebody = (node: string): boolean =>
    shown?.dots.some(({ id, isMessage = false }) => id === node && !isMessage) === true;
  sigma.on('clickNode', ({ node }) => void (isSomebody(node) && hands().onDot?.(node)));
  sigma.on('clickEdge', ({ edge }) => hands().onArrow?.(edge));
  sigma.on('clickStage', ({ event }) => {
    const { x, y } = sigma.viewportToGraph(event);
    hands().onEmpty?.({ x, y: -y });
  });
  sigma.on('nodeDragEnd', ({ node }) => {
    const { x, y } = graph.getNodeAttributes(node) as { x: number; y: number };
    hands().onMoved?.(node, { x, y: -y });
  });
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const repaint = (): void => {
    if (shown !== null) show(shown);
  };
  dark.addEventListener('change', repaint);
  return {
    show,
    close: () => {
      dark.removeEventListener('change', repaint);
      sigma.kill();
    },
  };
}

type Colours = ReturnType<typeof coloursOf>;

/** The colours of the style sheet as they are now; a canvas does not know its variables. */
function coloursOf(container: HTMLElement): (name: keyof typeof COLOURS) => string {
  const probe = document.createElement('span');
  probe.hidden = true;
  container.append(probe);
  const colours = Object.fromEntries(
    Object.entries(COLOURS).map(([name, variable]) => {
      probe.style.color = `var(${variable})`;
      return [name, getComputedStyle(probe).color];
    }),
  );
  probe.remove();
  return (name) => colours[name] as string;
}

/** Nobody can see or click them: without anything in it, a drawing has no places. */
const CORNERS = ['\0 first corner', '\0 last corner'] as const;

function putCorners(graph: Graph, { x, y }: Extent): void {
  for (const [index, corner] of CORNERS.entries()) {
    graph.mergeNode(corner, { x: x[index], y: -(y[index] ?? 0), size: 0, color: '#0000', label: '', shape: 'circle' });
  }
}

/** Makes the graph what the picture says, changing no more than that. */
function putInto(graph: Graph, { dots, arrows }: Picture, colour: Colours): void {
  const [ids, arrowIds] = [new Set(dots.map(({ id }) => id)), new Set(arrows.map(({ id }) => id))];
  graph.forEachEdge((edge) => {
    if (!arrowIds.has(edge)) graph.dropEdge(edge);
  });
  graph.forEachNode((node) => {
    if (!ids.has(node) && !CORNERS.some((corner) => corner === node)) graph.dropNode(node);
  });
  for (const dot of dots) graph.mergeNode(dot.id, dotAttributes(dot, colour));
  for (const arrow of arrows) {
    if (!ids.has(arrow.from) || !ids.has(arrow.to)) continue;
    graph.mergeEdgeWithKey(arrow.id, arrow.from, arrow.to, arrowAttributes(arrow, colour));
  }
}

function dotAttributes({ label, x, y, size, tone, isMessage = false }: Dot, colour: Colours) {
  const shape = isMessage ? 'diamond' : 'circle';
  return { label, x, y: -y, size, shape, color: colour(tone), ink: colour('ink') };
}

function arrowAttributes({ label, tone, size }: Arrow, colour: Colours) {
  return { label, size, color: colour(tone), ink: colour('ink'), page: colour('page') };
}
