/** The icon of each kind of scan and of groups, and the name of a film for the eye. */
import CameraRollOutlined from '@mui/icons-material/CameraRollOutlined';
import Contrast from '@mui/icons-material/Contrast';
import FilterBAndWOutlined from '@mui/icons-material/FilterBAndWOutlined';
import PhotoAlbumOutlined from '@mui/icons-material/PhotoAlbumOutlined';
import PhotoOutlined from '@mui/icons-material/PhotoOutlined';
import SlideshowOutlined from '@mui/icons-material/SlideshowOutlined';
import TheatersOutlined from '@mui/icons-material/TheatersOutlined';
import type { TFunction } from 'i18next';
import type { Group, ScanKind } from '../../app/contract/library.ts';

export const kindIcons: Record<ScanKind, typeof Contrast> = {
  'colour-negative': CameraRollOutlined,
  'bw-negative': Contrast,
  slide: SlideshowOutlined,
  print: PhotoOutlined,
  'bw-print': FilterBAndWOutlined,
  reel: TheatersOutlined,
};

export const groupIcons: Record<Group['kind'], typeof Contrast> = {
  roll: CameraRollOutlined,
  album: PhotoAlbumOutlined,
  reel: TheatersOutlined,
};

/** A roll's film: the process in words where only that is known ('c41'), else the stock as it is written. */
export function filmName(film: string, t: TFunction): string {
  return film === 'c41' || film === 'bw' || film === 'slide' ? t(`film.${film}`) : film;
}
