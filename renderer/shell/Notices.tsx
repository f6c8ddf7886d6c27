/** Short messages at the bottom, stacked, each with its action (undo) and a way to close it. */
import Close from '@mui/icons-material/Close';
import { Alert, Box, Button, IconButton, SnackbarContent } from '@mui/material';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { dismiss, useApp, type Notice } from '../store/app.ts';
import { useLibrary } from '../store/library.ts';

const SHOWN_MS = { info: 7000, warning: 12_000, error: 20_000 } as const;
/** What can be taken back stays long enough to see what came of it. */
const UNDOABLE_MS = 15_000;

function One({ notice }: { notice: Notice }) {
  const { t } = useTranslation();
  const { id, level } = notice;
  const undoable = notice.action !== undefined;
  useEffect(() => {
    const timer = setTimeout(() => dismiss(id), undoable ? UNDOABLE_MS : SHOWN_MS[level]);
    return () => clearTimeout(timer);
  }, [id, level, undoable]);
  const close = (
    <IconButton aria-label={t('common.close')} color="inherit" onClick={() => dismiss(id)}>
      <Close />
    </IconButton>
  );
  if (level !== 'info')
    return (
      <Alert
        severity={level}
        variant="outlined"
        action={close}
        sx={{
          pointerEvents: 'auto',
          boxShadow: 6,
          maxWidth: 640,
          '& .MuiAlert-message': { userSelect: 'text' },
        }}
      >
        {notice.text}
      </Alert>
    );
  return (
    <SnackbarContent
      sx={{ pointerEvents: 'auto' }}
      message={notice.text}
      action={
        <>
          {notice.action && (
            <Button
              color="inherit"
              sx={{ fontWeight: 650 }}
              onClick={() => {
                notice.action?.run();
                dismiss(id);
              }}
            >
              {notice.action.label}
            </Button>
          )}
          {close}
        </>
      }
    />
  );
}

export function Notices() {
  const notices = useApp((s) => s.notices);
  const table = useApp((s) => s.room === 'library' && s.lightbox === null);
  // Above the bar of what is selected, whose buttons must stay in reach.
  const selecting = useLibrary((s) => s.selection.ids.size > 0) && table;
  return (
    <Box
      role="status"
      aria-live="polite"
      sx={{
        position: 'fixed',
        zIndex: 'snackbar',
        bottom: selecting ? 76 : 20,
        left: 0,
        right: 0,
        display: 'flex',
        flexDirection: 'column',
        alignItems: 'center',
        gap: 1,
        pointerEvents: 'none',
      }}
    >
      {notices.map((notice) => (
        <One key={notice.id} notice={notice} />
      ))}
    </Box>
  );
}
