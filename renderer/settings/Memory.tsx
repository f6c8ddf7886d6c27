/** The colour memory: whether colours are remembered, how many there are, and how to forget them all. */
import { Box, Button, Switch, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { getClient } from '../client.ts';
import { changeSettings, notify, report, useApp } from '../store/app.ts';
import { Card, Line } from './parts.tsx';

export function Memory() {
  const { t } = useTranslation();
  const on = useApp((s) => s.settings.rememberColours);
  const line = useApp((s) => s.line);
  const [count, setCount] = useState<number | null>(null);
  const [sure, setSure] = useState(false);
  useEffect(() => {
    if (line !== 'open') return;
    getClient()
      .call('memory.count', {})
      .then((answer) => setCount(answer.count))
      .catch(report);
  }, [line]);
  const clear = async () => {
    setSure(false);
    try {
      await getClient().call('memory.clear', {});
      setCount(0);
      notify('info', t('settings.forgotten'));
    } catch (error) {
      report(error);
    }
  };
  return (
    <Card title={t('settings.memory')}>
      <Line label={t('settings.remember')} help={t('settings.rememberHelp')}>
        <Switch
          checked={on}
          slotProps={{ input: { 'aria-label': t('settings.remember') } }}
          onChange={(_, next) => void changeSettings({ rememberColours: next })}
        />
      </Line>
      <Line label={t('settings.remembered')}>
        <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 1.5 }}>
          <Typography variant="figure">{count ?? '…'}</Typography>
          {sure ? (
            <>
              <Button color="error" variant="outlined" onClick={() => void clear()}>
                {t('settings.forgetSure', { count: count ?? 0 })}
              </Button>
              <Button color="secondary" onClick={() => setSure(false)}>
                {t('common.cancel')}
              </Button>
            </>
          ) : (
            <Button color="secondary" variant="outlined" disabled={!count} onClick={() => setSure(true)}>
              {t('settings.forget')}
            </Button>
          )}
        </Box>
      </Line>
    </Card>
  );
}
