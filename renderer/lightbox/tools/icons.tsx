/** Signs of the mask tools that the icon set lacks. */
import { createSvgIcon } from '@mui/material';

/** An eraser on its edge. */
export const EraserIcon = createSvgIcon(
  <path d="M15.1 3.6a2 2 0 0 1 2.8 0l2.5 2.5a2 2 0 0 1 0 2.8L11 18.3h9V20H6.6l-3-3a2 2 0 0 1 0-2.8L15.1 3.6Zm-5.6 8L4.8 15.4l-.1.1 2.6 2.8h1.3l3.6-3.6-2.7-3.1Z" />,
  'Eraser',
);

/** A long thin scratch between two ends. */
export const ScratchIcon = createSvgIcon(
  <path d="M18.6 3a2.4 2.4 0 1 1-1.2 4.5L7.5 17.4a2.4 2.4 0 1 1-1-1L16.4 6.5A2.4 2.4 0 0 1 18.6 3Z" />,
  'Scratch',
);
