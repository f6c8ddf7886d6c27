/**
 * Which pixels the stage holds and which it still asks for. Two layers: `after` (the developed picture, or an
 * overlay of it) and `before` (the film). Each keeps an overview of the whole picture and the newest detail of
 * the visible part; the stage paints the overview scaled and the detail over it, so that there is always
 * something to see and a new frame replaces an old one in a single paint. What a frame shows is told by its
 * key; a frame of another picture or another geometry is never painted beside the present one.
 */
import type { PixelsHeader, PixelsRequest } from '../../../app/contract/pixels.ts';
import type { DevelopRecipe } from '../../../app/recipe/develop.ts';
import { restores } from '../../../app/recipe/restore.ts';
import type { PixelsAnswer, Space } from '../ports.ts';
import { makeCoalescer, type Coalescer } from './coalescer.ts';
import { covers, planRequest, visible, type Box, type Size } from './viewport.ts';

export type Layer = 'after' | 'before';
export type Show = NonNullable<PixelsRequest['show']>;

export interface Frame<Bitmap> {
  bitmap: Bitmap;
  /** Part of the picture, fractions. */
  view: Box;
  width: number;
  height: number;
  key: string;
  /** Everything that decides the picture's outline: item and geometry. */
  outline: string;
}
export interface LayerFrames<Bitmap> {
  overview: Frame<Bitmap> | null;
  detail: Frame<Bitmap> | null;
}

/** What the stage wants to see. */
export interface Wish {
  itemId: number;
  recipe: DevelopRecipe;
  show: Show;
  /** false = the whole scan without crop and straighten, turned as the picture is (tools). */
  geometry: boolean;
  /** What is compared with, where that is needed (compare, flicker): the film as it is, or another recipe. */
  before: 'film' | DevelopRecipe | null;
  /** A slider is moving. */
  fluid: boolean;
  space: Space;
  /** Device pixels; `box` is where the whole picture lies on it. */
  stage: Size;
  box: Box;
  picture: Size;
}

interface Ask {
  request: PixelsRequest;
  recipe: DevelopRecipe;
  key: string;
  outline: string;
  fluid: boolean;
}
type Slot = 'after' | 'before' | 'overview';

/** A frame arrived: paint. */
export type FrameListener = (
  layer: Layer,
  header: PixelsHeader,
  fluid: boolean,
  recipe: DevelopRecipe,
) => void;

export interface FeedOptions<Bitmap> {
  fetch(request: PixelsRequest, signal: AbortSignal): Promise<PixelsAnswer>;
  /** Makes something paintable; called once per answer. */
  bitmap(answer: PixelsAnswer, space: Space): Bitmap;
  failed(error: unknown): void;
  busy(busy: boolean): void;
}

/**
 * Milliseconds that an answer may wait for restore steps: the first is wanted soon, with or without them; while they are
 * still at work the same is asked again, each time waiting a little longer than a hand is patient, so that what changes
 * meanwhile is never held up for long.
 */
const PATIENCE = { fluid: 80, first: 300, again: 1200 } as const;

const whole: Box = { x: 0, y: 0, w: 1, h: 1 };
const MARGIN = 0.12;

const SCAN = 'scan:';

/** Whether an outline is that of the whole scan (the tools), not of the finished picture. */
export function showsScan(outline: string): boolean {
  return outline.includes(`:${SCAN}`);
}

/** What decides the outline of the finished picture. */
export function outlineOf(wish: Pick<Wish, 'itemId' | 'recipe' | 'geometry'>): string {
  const { itemId, recipe, geometry } = wish;
  const { frame } = recipe.params;
  if (geometry) return `${itemId}:${JSON.stringify(frame)}`;
  return `${itemId}:${SCAN}${frame.on ? `${frame.rotate}${frame.mirror ? 'm' : ''}` : '0'}`;
}

function keyOf(wish: Wish, show: Show): string {
  // The film as it is does not depend on how it is developed.
  return show === 'film'
    ? `film|${outlineOf(wish)}|${wish.space}`
    : `${show}|${outlineOf(wish)}|${wish.space}|${JSON.stringify(wish.recipe.params)}`;
}

/** Whether a frame already shows `key` over the visible part at least as finely as asked. */
function serves<B>(frame: Frame<B> | null, key: string, part: Box, scale: number, picture: Size): boolean {
  if (!frame || frame.key !== key || !covers(frame.view, part)) return false;
  const have = frame.width / Math.max(1, frame.view.w * picture.w);
  return have >= Math.min(1, scale) * 0.985;
}

export class Feed<Bitmap> {
  readonly layers: Record<Layer, LayerFrames<Bitmap>> = {
    after: { overview: null, detail: null },
    before: { overview: null, detail: null },
  };
  /** Size of the finished picture at full resolution, as of the frames now shown. */
  picture: Size | null = null;
  /** Outline of the frames now shown, '' before the first. */
  outline = '';
  private readonly options: FeedOptions<Bitmap>;
  private readonly queue: Coalescer<Slot, Ask>;
  private asked: Partial<Record<Slot, string>> = {};
  /** The key whose picture is incomplete as yet. */
  private incomplete = '';
  private item = -1;
  private wish: Wish | null = null;
  private listener: FrameListener = () => undefined;

  constructor(options: FeedOptions<Bitmap>) {
    this.options = options;
    this.queue = makeCoalescer<Slot, Ask, PixelsAnswer>({
      order: ['after', 'before', 'overview'],
      fetch: (ask, signal) => options.fetch(ask.request, signal),
      deliver: (slot, ask, answer) => this.deliver(slot, ask, answer),
      fail: (slot, _ask, error) => {
        delete this.asked[slot];
        options.failed(error);
      },
      busy: (busy) => options.busy(busy),
    });
  }

  /** Sets who hears of arriving frames. */
  onChange(listener: FrameListener): void {
    this.listener = listener;
  }

  /** Starts another picture: everything shown or asked for is dropped. */
  start(itemId: number): void {
    this.item = itemId;
    this.wish = null;
    this.asked = {};
    this.queue.reset();
    this.incomplete = '';
    this.outline = '';
    this.picture = null;
    this.layers.before = { overview: null, detail: null };
    this.layers.after = { overview: null, detail: null };
  }

  /** A thumbnail of the whole picture, painted until the first frame arrives; ignored after that. */
  placeholder(bitmap: Bitmap): void {
    if (this.outline !== '' || this.layers.after.overview) return;
    this.layers.after.overview = { bitmap, view: whole, width: 1, height: 1, key: '', outline: '' };
  }

  /** Says what the stage wants now; asks only for what is missing. */
  want(wish: Wish): void {
    if (wish.itemId !== this.item) return;
    this.wish = wish;
    const part = visible(wish.box, wish.stage);
    if (part.w <= 0 || part.h <= 0) return;
    this.ask('after', wish, wish.show, part);
    const { before } = wish;
    if (before === 'film') this.ask('before', wish, 'film', part);
    else if (before) this.ask('before', { ...wish, recipe: before }, 'developed', part);
    else {
      this.queue.cancel('before');
      delete this.asked.before;
    }
  }

  /** Asks once more for what the stage wants (after a failure); nothing when another picture was started. */
  again(): void {
    if (this.wish) this.want(this.wish);
  }

  /** Forgets what was asked and fetches again (after an error, or when the scan changed). */
  refresh(): void {
    for (const layer of ['after', 'before'] as const)
      for (const f of [this.layers[layer].detail, this.layers[layer].overview]) if (f) f.key = '';
    this.asked = {};
    if (this.wish) this.want(this.wish);
  }

  private ask(layer: Layer, wish: Wish, show: Show, part: Box): void {
    const key = keyOf(wish, show);
    const scale = wish.box.w / wish.picture.w;
    const fluidScale = wish.fluid
      ? Math.min(scale, 1600 / Math.max(part.w * wish.picture.w, part.h * wish.picture.h))
      : scale;
    const { detail, overview } = this.layers[layer];
    if (
      serves(detail, key, part, fluidScale, wish.picture) ||
      serves(overview, key, part, fluidScale, wish.picture)
    ) {
      this.queue.cancel(layer);
      delete this.asked[layer];
      if (!wish.fluid && layer === 'after') this.askOverview(wish, key);
      return;
    }
    const zoomed = part.w < 0.999 || part.h < 0.999;
    const plan = planRequest(wish.box, wish.picture, wish.stage, {
      fluid: wish.fluid,
      margin: zoomed ? MARGIN : 0,
    });
    this.submit(layer, wish, show, key, plan);
  }

  /** Once the visible part is there: the whole picture, small, so that panning never meets old colours. */
  private askOverview(wish: Wish, key: string): void {
    const o = this.layers.after.overview;
    if (o?.key === key) return;
    const shrink = Math.min(1, 1200 / Math.max(wish.picture.w, wish.picture.h));
    this.submit('overview', wish, wish.show, key, {
      view: whole,
      maxWidth: Math.max(1, Math.round(wish.picture.w * shrink)),
      maxHeight: Math.max(1, Math.round(wish.picture.h * shrink)),
    });
  }

  private submit(
    slot: Slot,
    wish: Wish,
    show: Show,
    key: string,
    plan: { view: Box; maxWidth: number; maxHeight: number },
  ): void {
    const name = `${key}|${JSON.stringify(plan)}`;
    if (this.asked[slot] === name) return;
    this.asked[slot] = name;
    this.queue.submit(slot, {
      key,
      outline: outlineOf(wish),
      fluid: wish.fluid,
      recipe: wish.recipe,
      request: {
        itemId: wish.itemId,
        recipe: wish.recipe,
        show,
        geometry: wish.geometry,
        space: wish.space,
        ...(restores(wish.recipe.params) ? { patience: this.patience(wish, key) } : {}),
        ...plan,
      },
    });
  }

  private patience(wish: Wish, key: string): number {
    if (wish.fluid) return PATIENCE.fluid;
    return this.incomplete === key ? PATIENCE.again : PATIENCE.first;
  }

  private deliver(slot: Slot, ask: Ask, answer: PixelsAnswer): void {
    const layer: Layer = slot === 'before' ? 'before' : 'after';
    const { header } = answer;
    const complete = !header.pending?.length;
    const frame: Frame<Bitmap> = {
      bitmap: this.options.bitmap(answer, ask.request.space ?? 'srgb'),
      view: ask.request.view ?? whole,
      width: header.width,
      height: header.height,
      // What lacks a step is shown, and serves nothing.
      key: complete ? ask.key : '',
      outline: ask.outline,
    };
    if (this.asked[slot]?.startsWith(`${ask.key}|`)) delete this.asked[slot];
    // The film of another crop than the developed picture's must not change the stage's outline.
    if (layer === 'before' && this.outline !== '' && frame.outline !== this.outline) return;
    if (layer === 'after' && frame.outline !== this.outline) {
      this.outline = frame.outline;
      this.layers.after = { overview: null, detail: null };
      const b = this.layers.before;
      if ((b.overview ?? b.detail)?.outline !== frame.outline)
        this.layers.before = { overview: null, detail: null };
    }
    const target = this.layers[layer];
    const isWhole = frame.view.w > 0.999 && frame.view.h > 0.999;
    if (slot === 'overview') target.overview = frame;
    else {
      target.detail = frame;
      if (isWhole) target.overview = frame;
    }
    if (layer === 'after') this.picture = { w: header.fullWidth, h: header.fullHeight };
    this.listener(layer, header, ask.fluid, ask.recipe);
    if (complete) return;
    this.incomplete = ask.key;
    if (this.wish && !this.wish.fluid) this.want(this.wish);
  }
}
