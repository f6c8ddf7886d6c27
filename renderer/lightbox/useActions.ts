/** What the lightbox's buttons and keys do; one place, so that a key and its button cannot differ. */
import { useTranslation } from 'react-i18next';
import { allSteps, defaultDevelopParams, DEVELOP_VERSION } from '../../app/recipe/develop.ts';
import { isPrint } from '../../app/recipe/wanted.ts';
import { getClient } from '../client.ts';
import { saidNow } from '../i18n/said.ts';
import { openExport, report } from '../store/app.ts';
import { runCommand } from '../shortcuts.ts';
import { useShortcut } from '../useShortcut.ts';
import { useSession } from './context.ts';
import { rotated } from './logic/geometry.ts';
import { withSteps } from './logic/controls.ts';
import { filmTools } from './logic/state.ts';
import type { Overlay, Session, Tool, View } from './logic/session.ts';
import { allKeys, pasteKeys } from './logic/sync.ts';

export interface LightboxActions {
  back(): void;
  split(): void;
  side(): void;
  clipping(): void;
  dust(): void;
  view(view: View): void;
  zoomToggle(): void;
  keepZoom(): void;
  tool(tool: Tool): void;
  rotate(quarters: number): void;
  mirror(): void;
  panels(): void;
  auto(): void;
  sync(): void;
  export(): void;
}

/** A crop is of one picture, and so is what was drawn on it; everything else may be pasted. */
const pasted = allKeys(allSteps).filter((k) => !['frame.crop', 'repair.marks', 'colour.hints'].includes(k));

export interface ActionOptions {
  close(): void;
  openSync(): void;
  openHistory(): void;
  nameVersion(): void;
  fullscreen: boolean;
  setFullscreen(on: boolean): void;
}

export function useActions(options: ActionOptions): LightboxActions {
  const { t } = useTranslation();
  const session = useSession();
  const { store } = session;
  const get = store.getState;
  const overlay = (name: Overlay) => store.setState((s) => ({ overlay: s.overlay === name ? 'none' : name }));
  const actions: LightboxActions = {
    back() {
      if (get().tool !== 'none') store.setState({ tool: 'none' });
      else if (options.fullscreen) options.setFullscreen(false);
      else options.close();
    },
    split: () => store.setState((s) => ({ compare: s.compare === 'split' ? 'off' : 'split' })),
    side: () => store.setState((s) => ({ compare: s.compare === 'side' ? 'off' : 'side' })),
    clipping: () => overlay('clipping'),
    dust: () => overlay('dust'),
    view: overlay,
    zoomToggle: () => void runCommand('lightbox.zoomToggle'),
    keepZoom: () => store.setState((s) => ({ keepZoom: !s.keepZoom })),
    tool: (tool) => {
      session.commit();
      const { items, id } = get();
      if (filmTools.has(tool) && items[id] && isPrint(items[id].kind)) return;
      store.setState((s) => ({ tool: s.tool === tool ? 'none' : tool, flicker: false }));
    },
    rotate(quarters) {
      const frame = get().recipe?.params.frame;
      if (frame) session.set('frame', 'rotate', rotated(frame.rotate, quarters));
    },
    mirror() {
      const frame = get().recipe?.params.frame;
      if (frame) session.set('frame', 'mirror', !frame.mirror);
    },
    panels: () => store.setState((s) => ({ panels: !s.panels })),
    auto() {
      const { auto, recipe, items, id } = get();
      const kind = items[id]?.kind;
      // A print is no negative: there is nothing to develop, but there is time to undo.
      if (kind && isPrint(kind)) {
        if (recipe) void needs(id);
      } else if (auto) session.apply(auto.recipe, 'auto');
    },
    sync: options.openSync,
    export() {
      const { selection, id } = get();
      void session.flushed().then(() => openExport(selection.length > 0 ? [...selection] : [id]));
    },
  };
  /** What the picture needs is found out by the host; it may take a moment, and the person may have gone on. */
  const needs = async (id: number) => {
    try {
      await session.flushed();
      const found = await getClient().call('picture.auto', { itemId: id });
      const { recipe, id: shown } = get();
      if (shown !== id || !recipe) return;
      const steps = Object.fromEntries(
        found.order.map((step) => [step, { ...found.recipe.params[step] } as Record<string, unknown>]),
      );
      if (found.order.length > 0) session.apply(withSteps(recipe, steps), 'autoRestored');
      session.say('info', found.reasons.map(saidNow).join(' '));
    } catch (error) {
      report(error);
    }
  };
  const copy = () => {
    store.setState({ clipboard: get().recipe });
    session.say('info', t('lightbox.copied'));
  };
  const paste = () => {
    const { clipboard, recipe } = get();
    if (clipboard && recipe) session.apply(pasteKeys(allSteps, clipboard, recipe, pasted), 'paste');
    else session.say('info', t('lightbox.nothingCopied'));
  };
  const reset = () =>
    session.apply(
      { action: 'develop', version: DEVELOP_VERSION, params: defaultDevelopParams() },
      'resetAll',
    );

  useShortcut('lightbox.back', actions.back);
  useShortcut('lightbox.next', () => session.go(1));
  useShortcut('lightbox.previous', () => session.go(-1));
  useShortcut('lightbox.panels', actions.panels);
  useShortcut('lightbox.fullscreen', () => options.setFullscreen(!options.fullscreen));
  useShortcut('lightbox.split', actions.split);
  useShortcut('lightbox.side', actions.side);
  useShortcut('lightbox.clipping', actions.clipping);
  useShortcut('lightbox.dust', actions.dust);
  useShortcut('lightbox.damage', () => actions.view('damage'));
  useShortcut('lightbox.labels', () => actions.view('labels'));
  useShortcut('lightbox.changes', () => actions.view('changes'));
  useShortcut('lightbox.confidence', () => actions.view('confidence'));
  useShortcut('lightbox.keepZoom', actions.keepZoom);
  useShortcut('lightbox.undo', session.undo);
  useShortcut('lightbox.redo', session.redo);
  useShortcut('lightbox.auto', actions.auto);
  useShortcut('lightbox.reset', reset);
  useShortcut('lightbox.copy', copy);
  useShortcut('lightbox.paste', paste);
  useShortcut('lightbox.sync', actions.sync);
  useShortcut('lightbox.base', () => actions.tool('base'));
  useShortcut('lightbox.crop', () => actions.tool('crop'));
  useShortcut('lightbox.straighten', () => actions.tool('straighten'));
  useShortcut('lightbox.frames', () => actions.tool('frames'));
  useShortcut('lightbox.neutral', () => actions.tool('neutral'));
  useShortcut('lightbox.marks', () => actions.tool('marks'));
  useShortcut('lightbox.hints', () => actions.tool('hints'));
  useShortcut('lightbox.rotateRight', () => actions.rotate(1));
  useShortcut('lightbox.rotateLeft', () => actions.rotate(-1));
  useShortcut('lightbox.mirror', actions.mirror);
  useShortcut('lightbox.history', options.openHistory);
  useShortcut('lightbox.version', options.nameVersion);
  useShortcut('lightbox.export', actions.export);
  useShortcut('lightbox.focusPanels', () => {
    store.setState({ panels: true });
    requestAnimationFrame(() =>
      document.querySelector<HTMLElement>('#lightbox-panel [role=slider], #lightbox-panel button')?.focus(),
    );
  });
  useJudgement(session);
  return actions;
}

/** Ratings and flags, on the keys that the library uses. */
function useJudgement(session: Session): void {
  const patch = (p: { rating?: number; flag?: 'none' | 'keep' | 'reject' }) =>
    void session.patch([session.store.getState().id], p);
  useShortcut('lightbox.rate0', () => patch({ rating: 0 }));
  useShortcut('lightbox.rate1', () => patch({ rating: 1 }));
  useShortcut('lightbox.rate2', () => patch({ rating: 2 }));
  useShortcut('lightbox.rate3', () => patch({ rating: 3 }));
  useShortcut('lightbox.rate4', () => patch({ rating: 4 }));
  useShortcut('lightbox.rate5', () => patch({ rating: 5 }));
  useShortcut('lightbox.keep', () => patch({ flag: 'keep' }));
  useShortcut('lightbox.reject', () => patch({ flag: 'reject' }));
  useShortcut('lightbox.unflag', () => patch({ flag: 'none' }));
}
