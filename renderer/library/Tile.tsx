/** One frame on the light table: the developed picture in its own shape, its name, and what there is to say of it. */
import type { TFunction } from 'i18next';
import { memo, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isPrint } from '../../app/recipe/wanted.ts';
import type { Group, Item } from '../../app/contract/library.ts';
import { getClient } from '../client.ts';
import { saidNow } from '../i18n/said.ts';
import { report } from '../store/app.ts';
import { useLibrary } from '../store/library.ts';
import { useThumb } from '../ui/useThumb.ts';
import { Glyph, type GlyphName } from './glyphs.tsx';
import { flip } from './family.ts';
import { useLibraryUi } from './state.ts';
import { rawFilm } from './rawFilm.ts';
import { frameSuffix } from '../format.ts';

/** What a badge says; `tone` picks its colour. */
interface BadgeOf {
  key: string;
  glyph: GlyphName;
  text: string;
  tone: 'soft' | 'good' | 'warn' | 'bad';
}

/** The badges of an item, most urgent first. */
export function badgesOf(item: Item, t: TFunction, group?: Group): BadgeOf[] {
  const badges: BadgeOf[] = [];
  if (item.state === 'missing')
    badges.push({ key: 'missing', glyph: 'gone', text: t('badge.missing'), tone: 'bad' });
  if (item.originalChanged)
    badges.push({ key: 'changed', glyph: 'changed', text: t('badge.changed'), tone: 'bad' });
  if (item.state === 'failed')
    badges.push({
      key: 'failed',
      glyph: 'broken',
      text: item.error ? saidNow(item.error) : t('badge.failed'),
      tone: 'bad',
    });
  if (group?.baseItemId === item.id)
    badges.push({ key: 'reference', glyph: 'reference', text: t('badge.reference'), tone: 'good' });
  if (group?.flatItemId === item.id)
    badges.push({ key: 'flatfield', glyph: 'flatfield', text: t('badge.flatfield'), tone: 'good' });
  if (item.outlier) badges.push({ key: 'outlier', glyph: 'outlier', text: t('badge.outlier'), tone: 'warn' });
  if (item.backId !== null)
    badges.push({ key: 'pair', glyph: 'flip', text: t('family.hasBack'), tone: 'soft' });
  if (item.duplicateOf !== null)
    badges.push({ key: 'duplicate', glyph: 'copy', text: t('badge.duplicate'), tone: 'warn' });
  if (item.hasInfrared)
    badges.push({ key: 'infrared', glyph: 'infrared', text: t('badge.infrared'), tone: 'soft' });
  if (item.state === 'new') badges.push({ key: 'new', glyph: 'wait', text: t('badge.new'), tone: 'soft' });
  const done = item.steps.filter((s) => s !== 'colour');
  if (done.length > 0)
    badges.push({
      key: 'restored',
      glyph: 'restored',
      text: t('badge.restored', { steps: done.map((s) => t(`params.${s}.title`)).join(', ') }),
      tone: 'good',
    });
  if (item.steps.includes('colour'))
    badges.push({ key: 'coloured', glyph: 'coloured', text: t('badge.coloured'), tone: 'good' });
  if (isPrint(item.kind) && item.steps.length === 0 && item.state !== 'new' && item.state !== 'failed')
    badges.push({ key: 'unrestored', glyph: 'unrestored', text: t('badge.unrestored'), tone: 'soft' });
  if (item.state === 'edited' && item.steps.length === 0)
    badges.push({ key: 'edited', glyph: 'edit', text: t('badge.edited'), tone: 'soft' });
  if (item.state === 'exported')
    badges.push({ key: 'exported', glyph: 'check', text: t('badge.exported'), tone: 'good' });
  return badges;
}

/** What a screen reader says of a frame. */
export function nameOf(item: Item, t: TFunction, group?: Group): string {
  return [
    item.name + frameSuffix(item),
    t(`kind.${item.kind}`),
    item.rating > 0 ? t('library.stars', { count: item.rating }) : '',
    item.flag !== 'none' ? t(`flag.${item.flag}`) : '',
    ...badgesOf(item, t, group).map((b) => b.text),
  ]
    .filter(Boolean)
    .join(', ');
}

function RawFilm({ id, version }: { id: number; version: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const abort = new AbortController();
    rawFilm(id, version, abort.signal).then(
      (image) => {
        const element = canvas.current;
        if (!image || !element || abort.signal.aborted) return;
        element.width = image.width;
        element.height = image.height;
        element.getContext('2d')?.putImageData(image, 0, 0);
        element.dataset.ready = 'true';
      },
      () => undefined,
    );
    return () => abort.abort();
  }, [id, version]);
  return <canvas ref={canvas} className="raw" aria-hidden />;
}

export interface TileProps {
  id: number;
  x: number;
  w: number;
  h: number;
  column: number;
  selected: boolean;
  active: boolean;
  raw: boolean;
}

/** The picture behind a print, asked for when somebody turns it over. */
function useBack(backId: number | null): Item | null {
  const [back, setBack] = useState<Item | null>(null);
  useEffect(() => {
    if (backId === null) return;
    let wanted = true;
    getClient()
      .call('library.item', { id: backId })
      .then((item) => wanted && setBack(item))
      .catch(report);
    return () => {
      wanted = false;
    };
  }, [backId]);
  return back?.id === backId ? back : null;
}

export const Tile = memo(function Tile({ id, x, w, h, column, selected, active, raw }: TileProps) {
  const { t } = useTranslation();
  const item = useLibrary((s) => s.items.get(id));
  const group = useLibrary((s) => (item?.groupId == null ? undefined : s.groups.get(item.groupId)));
  const flipped = useLibraryUi((s) => s.flipped.has(id)) && item?.backId != null;
  const back = useBack(flipped ? item.backId : null);
  const own = useThumb(id, item?.thumbVersion ?? 0);
  const behind = useThumb(back?.id ?? id, flipped ? (back?.thumbVersion ?? 0) : 0);
  const thumb = flipped ? behind : own;
  const broken = item?.state === 'failed' || item?.state === 'missing';
  return (
    <div
      role="gridcell"
      id={`frame-${id}`}
      data-id={id}
      aria-colindex={column}
      aria-selected={selected}
      aria-label={item ? nameOf(item, t, group) : t('library.loadingFrame')}
      className={`tile${selected ? ' selected' : ''}${active ? ' active' : ''}${item?.flag === 'reject' ? ' rejected' : ''}`}
      style={{ left: x, width: w }}
    >
      <div className="picture" style={{ height: h }}>
        {thumb && <img src={thumb} alt="" draggable={false} decoding="async" />}
        {!thumb && item && broken && (
          <Glyph name={item.state === 'missing' ? 'gone' : 'broken'} className="hole" />
        )}
        {!thumb && item && !broken && (
          <span className="developing">{w > 110 ? t('library.developing') : '…'}</span>
        )}
        {raw && item && !broken && item.thumbVersion > 0 && <RawFilm id={id} version={item.thumbVersion} />}
        {item?.backId != null && w > 60 && (
          <button
            type="button"
            tabIndex={-1}
            data-flip={id}
            className="flip"
            title={t(flipped ? 'family.showFront' : 'family.showBack')}
            onClick={(event) => {
              event.stopPropagation();
              flip(id);
            }}
            onDoubleClick={(event) => event.stopPropagation()}
          >
            <Glyph name="flip" />
          </button>
        )}
        {item?.flag === 'keep' && (
          <span className="flag" title={t('flag.keep')}>
            <Glyph name="flag" />
          </span>
        )}
      </div>
      {item && (
        <div className="caption" aria-hidden>
          <button type="button" tabIndex={-1} data-kind={id} className="kind">
            <Glyph name={item.kind} />
          </button>
          {w > 96 && (
            <span className="name" title={item.name}>
              {item.name}
            </span>
          )}
          {item.frame > 0 && w > 96 && <span className="nth">{frameSuffix(item)}</span>}
          {item.rating > 0 && w > 130 && <span className="stars">{'★'.repeat(item.rating)}</span>}
          <span className="badges">
            {badgesOf(item, t, group)
              .slice(0, w > 130 ? 3 : 1)
              .map(({ key, glyph, text, tone }) => (
                <span key={key} title={text} className={tone}>
                  <Glyph name={glyph} />
                </span>
              ))}
          </span>
        </div>
      )}
    </div>
  );
});
