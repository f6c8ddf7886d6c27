/** One frame on the light table: the developed picture in its own shape, its name, and what there is to say of it. */
import BrokenImageOutlined from '@mui/icons-material/BrokenImageOutlined';
import CheckCircleOutlined from '@mui/icons-material/CheckCircleOutlined';
import ContentCopyOutlined from '@mui/icons-material/ContentCopyOutlined';
import EditOutlined from '@mui/icons-material/EditOutlined';
import Flag from '@mui/icons-material/Flag';
import FlareOutlined from '@mui/icons-material/FlareOutlined';
import HourglassEmpty from '@mui/icons-material/HourglassEmpty';
import LinkOffOutlined from '@mui/icons-material/LinkOffOutlined';
import SensorsOutlined from '@mui/icons-material/SensorsOutlined';
import type { TFunction } from 'i18next';
import { memo, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Item } from '../../app/contract/library.ts';
import { useLibrary } from '../store/library.ts';
import { useThumb } from '../ui/useThumb.ts';
import { kindIcons } from './kinds.tsx';
import { rawFilm } from './rawFilm.ts';

/** What a badge says; `tone` picks its colour. */
interface BadgeOf {
  key: string;
  Icon: typeof Flag;
  text: string;
  tone: 'soft' | 'good' | 'warn' | 'bad';
}

/** The badges of an item, most urgent first. */
export function badgesOf(item: Item, t: TFunction): BadgeOf[] {
  const badges: BadgeOf[] = [];
  if (item.state === 'missing')
    badges.push({ key: 'missing', Icon: LinkOffOutlined, text: t('badge.missing'), tone: 'bad' });
  if (item.state === 'failed')
    badges.push({
      key: 'failed',
      Icon: BrokenImageOutlined,
      text: item.error ?? t('badge.failed'),
      tone: 'bad',
    });
  if (item.outlier)
    badges.push({ key: 'outlier', Icon: FlareOutlined, text: t('badge.outlier'), tone: 'warn' });
  if (item.duplicateOf !== null)
    badges.push({ key: 'duplicate', Icon: ContentCopyOutlined, text: t('badge.duplicate'), tone: 'warn' });
  if (item.hasInfrared)
    badges.push({ key: 'infrared', Icon: SensorsOutlined, text: t('badge.infrared'), tone: 'soft' });
  if (item.state === 'new')
    badges.push({ key: 'new', Icon: HourglassEmpty, text: t('badge.new'), tone: 'soft' });
  if (item.state === 'edited')
    badges.push({ key: 'edited', Icon: EditOutlined, text: t('badge.edited'), tone: 'soft' });
  if (item.state === 'exported')
    badges.push({ key: 'exported', Icon: CheckCircleOutlined, text: t('badge.exported'), tone: 'good' });
  return badges;
}

/** What a screen reader says of a frame. */
export function nameOf(item: Item, t: TFunction): string {
  return [
    item.name,
    t(`kind.${item.kind}`),
    item.rating > 0 ? t('library.stars', { count: item.rating }) : '',
    item.flag !== 'none' ? t(`flag.${item.flag}`) : '',
    ...badgesOf(item, t).map((b) => b.text),
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

export const Tile = memo(function Tile({ id, x, w, h, column, selected, active, raw }: TileProps) {
  const { t } = useTranslation();
  const item = useLibrary((s) => s.items.get(id));
  const thumb = useThumb(id, item?.thumbVersion ?? 0);
  const Kind = item ? kindIcons[item.kind] : null;
  const broken = item?.state === 'failed' || item?.state === 'missing';
  const Hole = item?.state === 'missing' ? LinkOffOutlined : BrokenImageOutlined;
  return (
    <div
      role="gridcell"
      id={`frame-${id}`}
      data-id={id}
      aria-colindex={column}
      aria-selected={selected}
      aria-label={item ? nameOf(item, t) : t('library.loadingFrame')}
      className={`tile${selected ? ' selected' : ''}${active ? ' active' : ''}${item?.flag === 'reject' ? ' rejected' : ''}`}
      style={{ left: x, width: w }}
    >
      <div className="picture" style={{ height: h }}>
        {thumb && <img src={thumb} alt="" draggable={false} decoding="async" />}
        {!thumb && broken && <Hole className="hole" />}
        {!thumb && item && !broken && (
          <span className="developing">{w > 110 ? t('library.developing') : '…'}</span>
        )}
        {raw && item && !broken && item.thumbVersion > 0 && <RawFilm id={id} version={item.thumbVersion} />}
        {item?.flag === 'keep' && (
          <span className="flag" title={t('flag.keep')}>
            <Flag />
          </span>
        )}
      </div>
      {item && (
        <div className="caption" aria-hidden>
          {Kind && (
            <button type="button" tabIndex={-1} data-kind={id} className="kind">
              <Kind />
            </button>
          )}
          {w > 96 && (
            <span className="name" title={item.name}>
              {item.name}
            </span>
          )}
          {item.rating > 0 && w > 130 && <span className="stars">{'★'.repeat(item.rating)}</span>}
          <span className="badges">
            {badgesOf(item, t)
              .slice(0, w > 130 ? 3 : 1)
              .map(({ key, Icon, text, tone }) => (
                <span key={key} title={text} className={tone}>
                  <Icon />
                </span>
              ))}
          </span>
        </div>
      )}
    </div>
  );
});
