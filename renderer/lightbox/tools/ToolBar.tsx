/** The bar above the picture while a tool is in hand: what it does, its settings, done and cancel. */
import { Box, Button, Typography } from '@mui/material';
import { useContext, type ReactNode } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '../../useShortcut.ts';
import { useSession } from '../context.ts';
import { ShelfContext } from './shelf.ts';

export interface ToolBarProps {
  title: string;
  hint: string;
  children?: ReactNode;
  /** Left out for tools that act at once. */
  onDone?(): void;
  doneDisabled?: boolean;
}

export function ToolBar({ title, hint, children, onDone, doneDisabled }: ToolBarProps) {
  const { t } = useTranslation();
  const session = useSession();
  const close = () => session.store.setState({ tool: 'none' });
  useShortcut('lightbox.acceptTool', () => (onDone && !doneDisabled ? onDone() : close()));
  const shelf = useContext(ShelfContext);
  if (!shelf) return null;
  return createPortal(
    <Box
      role="toolbar"
      aria-label={title}
      sx={{
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        gap: 1,
        pl: 1.5,
        pr: 1,
        py: 0.75,
        bgcolor: 'room.panel',
        borderBottom: 1,
        borderColor: 'divider',
      }}
    >
      <Box sx={{ mr: 1, flex: '1 1 240px', minWidth: 0 }}>
        <Typography variant="h4" component="h3" sx={{ fontSize: 13 }}>
          {title}
        </Typography>
        <Typography variant="caption" component="p" sx={{ color: 'text.secondary' }}>
          {hint}
        </Typography>
      </Box>
      {children}
      {/* They stay together at the right edge when a narrow window breaks the line. */}
      <Box sx={{ display: 'flex', gap: 1, ml: 'auto' }}>
        <Button color="secondary" variant="text" onClick={close}>
          {t(onDone ? 'lightbox.tools.cancel' : 'lightbox.tools.close')}
        </Button>
        {onDone && (
          <Button variant="contained" disabled={doneDisabled} onClick={onDone}>
            {t('lightbox.tools.done')}
          </Button>
        )}
      </Box>
    </Box>,
    shelf,
  );
}
