import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../../format.ts';
import { type Cluster, foremost, MAP_STATES, statesInWords } from '../../map/clusters.ts';
import { drawOutline } from '../../map/draw-outline.ts';
import { type MapView, moved, onScreen, tilesOf, zoomed } from '../../map/mercator.ts';
import { type Outline, readOutline } from '../../map/outline.ts';
import type { ChargePointClusters } from '../../model.ts';
import { toneOf } from '../../parts/status.tsx';
import { colour, theme } from '../../theme.ts';
import { plural, t } from '../../words/words.ts';

/** Pixels by which an arrow key moves the map. */
const STEP = 80;
/** Movement after which a press is a drag and no click, pixels. */
const SLACK = 4;

interface MapSurfaceProps {
  readonly view: MapView;
  readonly clusters: readonly Cluster[];
  readonly tiles: ChargePointClusters['tiles'];
  readonly onShow: (view: MapView) => void;
  readonly onCluster: (cluster: Cluster) => void;
}

/**
 * The map itself: land, or the pictures of a server, with the clusters on it; dragged, zoomed, and by keys.
 */
export function MapSurface({ view, clusters, tiles, onShow, onCluster }: MapSurfaceProps) {
  const hands = useHands(view, onShow);
  return (
    <section
      class="map"
      aria-label={t('Map: arrow keys move it, plus and minus zoom')}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keys move it; the list beside it says all that it shows
      tabIndex={0}
      {...hands}
    >
      {tiles ? (
        tilesOf(view, tiles.url).map(({ key, url, left, top }) => (
          <img key={key} src={url} alt="" draggable={false} style={{ left: `${left}px`, top: `${top}px` }} />
        ))
      ) : (
        <Land view={view} />
      )}
      <div aria-hidden="true">
        {clusters.map((cluster) => (
          <Marker
            key={`${cluster.latitude} ${cluster.longitude} ${cluster.count}`}
            view={view}
            cluster={cluster}
            onClick={() => onCluster(cluster)}
          />
        ))}
      </div>
      {tiles?.attribution && <span class="attribution small">{tiles.attribution}</span>}
    </section>
  );
}

interface MarkerProps {
  readonly view: MapView;
  readonly cluster: Cluster;
  readonly onClick: () => void;
}

function Marker({ view, cluster, onClick }: MarkerProps) {
  const [left, top] = onScreen(view, cluster);
  const state = foremost(cluster);
  const [, word, status = ''] = MAP_STATES.find(([name]) => name === state) ?? [];
  const [one] = cluster.chargePoints ?? [];
  const name = cluster.count === 1 ? one?.id : plural(cluster.count, '{n} charge point', '{n} charge points');
  return (
    <button
      type="button"
      tabIndex={-1}
      class={`marker marker-${toneOf(status)}`}
      style={{ left: `${left}px`, top: `${top}px` }}
      title={`${name}: ${cluster.count === 1 ? word && t(word) : statesInWords(cluster)}`}
      onClick={onClick}
    >
      {cluster.count === 1 ? SIGNS[state] : count(cluster.count)}
      {cluster.count > 1 && cluster.states.faulted > 0 && (
        <span class="faults">{count(cluster.states.faulted)} ✕</span>
      )}
    </button>
  );
}

/** Beside the colour. */
const SIGNS: Readonly<Record<ReturnType<typeof foremost>, string>> = {
  faulted: '✕',
  offline: '–',
  charging: '⚡',
  available: '●',
  other: '○',
};

/** How pointers, wheel and keys move the map. */
function useHands(view: MapView, onShow: (view: MapView) => void) {
  const drag = useRef<{ x: number; y: number; from: MapView; far: boolean } | undefined>(undefined);
  return {
    onPointerDown(event: PointerEvent) {
      if (event.button === 0) drag.current = { x: event.clientX, y: event.clientY, from: view, far: false };
    },
    onPointerMove(event: PointerEvent) {
      const { current } = drag;
      if (!current) return;
      const across = event.clientX - current.x;
      const down = event.clientY - current.y;
      if (!current.far && Math.abs(across) + Math.abs(down) < SLACK) return;
      if (!current.far) (event.currentTarget as Element).setPointerCapture(event.pointerId);
      current.far = true;
      onShow(moved(current.from, -across, -down));
    },
    onPointerUp() {
      drag.current = undefined;
    },
    onPointerCancel() {
      drag.current = undefined;
    },
    onWheel(event: WheelEvent) {
      event.preventDefault();
      const { left, top } = (event.currentTarget as Element).getBoundingClientRect();
      const right = event.clientX - left - view.width / 2;
      const down = event.clientY - top - view.height / 2;
      onShow(zoomed(view, view.zoom + (event.deltaY < 0 ? 1 : -1), right, down));
    },
    onKeyDown(event: KeyboardEvent) {
      const next = keyed(view, event.key);
      if (!next) return;
      event.preventDefault();
      onShow(next);
    },
  };
}

function keyed(view: MapView, key: string): MapView | undefined {
  switch (key) {
    case 'ArrowLeft':
      return moved(view, -STEP, 0);
    case 'ArrowRight':
      return moved(view, STEP, 0);
    case 'ArrowUp':
      return moved(view, 0, -STEP);
    case 'ArrowDown':
      return moved(view, 0, STEP);
    case '+':
    case '=':
      return zoomed(view, view.zoom + 1);
    case '-':
      return zoomed(view, view.zoom - 1);
    default:
      return undefined;
  }
}

let outline: Promise<Outline> | undefined;

/** Loaded where a map is shown, and kept. */
function loadOutline(): Promise<Outline> {
  outline ??= import('world-atlas/countries-50m.json').then(({ default: topology }) => readOutline(topology));
  return outline;
}

function Land({ view }: { readonly view: MapView }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [land, setLand] = useState<Outline | undefined>();
  const { width, height } = view;
  useEffect(() => {
    let isGone = false;
    loadOutline().then(
      (loaded) => isGone || setLand(loaded),
      () => undefined, // Without it the charge points are there all the same.
    );
    return () => {
      isGone = true;
    };
  }, []);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context || !canvas.current || !land) return;
    const sharpness = devicePixelRatio || 1;
    canvas.current.width = width * sharpness;
    canvas.current.height = height * sharpness;
    context.scale(sharpness, sharpness);
    drawOutline(context, land, view, { land: colour('panel'), border: colour('line-strong') });
  }, [land, view, width, height, theme.value]);
  return <canvas ref={canvas} style={{ width: `${width}px`, height: `${height}px` }} />;
}
