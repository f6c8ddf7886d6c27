/** What this machine can do, as the doctor found it, with how to get what is missing. */
import CheckCircleOutlined from '@mui/icons-material/CheckCircleOutlined';
import RemoveCircleOutlined from '@mui/icons-material/RemoveCircleOutlined';
import WarningAmberOutlined from '@mui/icons-material/WarningAmberOutlined';
import { Box, Button, LinearProgress, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DoctorReport } from '../../app/contract/host.ts';
import { getClient } from '../client.ts';
import { useSaid } from '../i18n/said.ts';
import { errorText, isCancelled } from '../store/app.ts';
import { Card } from './parts.tsx';

const icons = {
  ok: { Icon: CheckCircleOutlined, colour: 'success.main' },
  warning: { Icon: WarningAmberOutlined, colour: 'warning.main' },
  missing: { Icon: RemoveCircleOutlined, colour: 'text.secondary' },
} as const;

type Found = { report: DoctorReport } | { error: string } | null;

export function Doctor() {
  const { t } = useTranslation();
  const said = useSaid();
  const [found, setFound] = useState<Found>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    getClient()
      .call('doctor.report', {}, { signal: abort.signal })
      .then((report) => setFound({ report }))
      .catch((error: unknown) => {
        if (!isCancelled(error)) setFound({ error: errorText(error) });
      });
    return () => abort.abort();
  }, [round]);
  return (
    <Card
      title={t('settings.doctor')}
      action={
        <Button
          variant="text"
          color="secondary"
          disabled={found === null}
          onClick={() => {
            setFound(null);
            setRound(round + 1);
          }}
        >
          {t('settings.examineAgain')}
        </Button>
      }
    >
      {found === null && <LinearProgress aria-label={t('settings.examining')} />}
      {found && 'error' in found && <Typography color="error">{found.error}</Typography>}
      {found &&
        'report' in found &&
        found.report.checks.map((check) => {
          const { Icon, colour } = icons[check.status];
          return (
            <Box
              key={check.id}
              sx={{
                display: 'grid',
                gridTemplateColumns: '20px 150px minmax(0, 1fr)',
                columnGap: 1.5,
                py: 1,
                borderTop: 1,
                borderColor: 'room.line',
              }}
            >
              <Icon titleAccess={t(`settings.status.${check.status}`)} sx={{ color: colour }} />
              <Typography variant="body2">{said(check.label)}</Typography>
              <Box>
                <Typography
                  variant="body2"
                  color="textSecondary"
                  sx={{ overflowWrap: 'anywhere', userSelect: 'text' }}
                >
                  {said(check.found)}
                </Typography>
                {check.advice && (
                  <Typography variant="caption" component="p" sx={{ m: 0, mt: 0.25 }}>
                    {said(check.advice)}
                  </Typography>
                )}
              </Box>
            </Box>
          );
        })}
    </Card>
  );
}
