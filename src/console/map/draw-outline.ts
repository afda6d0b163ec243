import { type MapView, project, sizeOf } from './mercator.ts';
import type { Line, Outline } from './outline.ts';

export interface OutlineColours {
  readonly land: string;
  readonly border: string;
}

/** Draws the outline as a view shows it, and again beside it where the world ends. */
export function drawOutline(
  context: CanvasRenderingContext2D,
  { rings, borders }: Outline,
  view: MapView,
  { land, border }: OutlineColours,
): void {
  const size = sizeOf(view.zoom);
  const [x, y] = project(view);
  const top = view.height / 2 - y * size;
  // A land beyond the side of one world is drawn with the next one, too.
  const worlds = Math.ceil(view.width / size / 2) + 1;
  context.clearRect(0, 0, view.width, view.height);
  for (let world = -worlds; world <= worlds; world++) {
    const left = view.width / 2 - (x - world) * size;
    if (left - size > view.width || left + 2 * size < 0) continue;
    context.beginPath();
    for (const ring of rings) trace(context, ring, left, top, size);
    context.fillStyle = land;
    context.fill('evenodd');
    context.beginPath();
    for (const line of borders) trace(context, line, left, top, size);
    context.strokeStyle = border;
    context.lineWidth = 1;
    context.stroke();
  }
}

function trace(context: CanvasRenderingContext2D, line: Line, left: number, top: number, size: number): void {
  for (let at = 0; at < line.length; at += 2) {
    const x = left + (line[at] as number) * size;
    const y = top + (line[at + 1] as number) * size;
    if (at === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
}
