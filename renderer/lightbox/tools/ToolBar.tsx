/** The strip above the picture while a tool is in hand: what it does, its settings, done and cancel. */
import { Box, Button, Paper, Typography } from '@mui/material';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcut } from '../../useShortcut.ts';
import { useSession } from '../context.ts';

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
  return (
    <Paper
      role="toolbar"
      aria-label={title}
      elevation={6}
      onPointerDown={(e) => e.stopPropagation()}
      onDoubleClick={(e) => e.stopPropagation()}
      onWheel={(e) => e.stopPropagation()}
      sx={{
        position: 'absolute',
        top: 10,
        left: '50%',
        transform: 'translateX(-50%)',
        maxWidth: 'calc(100% - 20px)',
        width: 'max-content',
        display: 'flex',
        flexWrap: 'wrap',
        alignItems: 'center',
        gap: 1,
        pl: 1.5,
        pr: 1,
        py: 0.75,
        bgcolor: 'room.panel',
        border: 1,
        borderColor: 'room.lineStrong',
        cursor: 'default',
        zIndex: 2,
      }}
    >
      <Box sx={{ mr: 1, maxWidth: 300 }}>
        <Typography variant="h4" component="h3" sx={{ fontSize: 13 }}>
          {title}
        </Typography>
        <Typography variant="caption" component="p" sx={{ color: 'text.secondary' }}>
          {hint}
        </Typography>
      </Box>
      {children}
      <Button color="secondary" variant="text" onClick={close}>
        {t(onDone ? 'lightbox.tools.cancel' : 'lightbox.tools.close')}
      </Button>
      {onDone && (
        <Button variant="contained" disabled={doneDisabled} onClick={onDone}>
          {t('lightbox.tools.done')}
        </Button>
      )}
    </Paper>
  );
}
