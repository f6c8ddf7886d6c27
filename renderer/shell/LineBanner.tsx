/** Says when the host does not answer, and what to do. */
import { Alert } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useApp } from '../store/app.ts';

/** A blink of the line is not worth a word. */
const PATIENCE_MS = 1200;

export function LineBanner() {
  const { t } = useTranslation();
  const line = useApp((s) => s.line);
  const [shown, setShown] = useState('open');
  useEffect(() => {
    const timer = setTimeout(() => setShown(line), line === 'open' || line === 'refused' ? 0 : PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [line]);
  if (shown === 'open' || line === 'open') return null;
  return (
    <Alert
      severity={shown === 'refused' ? 'error' : 'warning'}
      variant="outlined"
      sx={{ m: 1, flexShrink: 0 }}
    >
      {t(`line.${shown === 'refused' ? 'refused' : 'lost'}`)}
    </Alert>
  );
}
