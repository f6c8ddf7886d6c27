/** Settings: how it looks, what it computes with, which folders, which keys, and what the doctor found. */
import { Box, MenuItem, TextField, ToggleButton, ToggleButtonGroup, Typography } from '@mui/material';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { devices, type Settings as SettingsOf } from '../../app/contract/host.ts';
import { languages } from '../i18n/index.ts';
import { changeSettings, useApp } from '../store/app.ts';
import { Doctor } from './Doctor.tsx';
import { Folders } from './Folders.tsx';
import { Card, Line } from './parts.tsx';
import { Memory } from './Memory.tsx';
import { Shortcuts } from './Shortcuts.tsx';

/** Languages by their own names. */
const names: Record<(typeof languages)[number], string> = { en: 'English', es: 'Español', eu: 'Euskara' };

function Looks() {
  const { t } = useTranslation();
  const settings = useApp((s) => s.settings);
  return (
    <Card title={t('settings.looks')}>
      <Line label={t('settings.language')}>
        <TextField
          select
          value={settings.language}
          slotProps={{ htmlInput: { 'aria-label': t('settings.language') } }}
          onChange={(e) => void changeSettings({ language: e.target.value as SettingsOf['language'] })}
          sx={{ width: 220 }}
        >
          <MenuItem value="system">{t('settings.systemLanguage')}</MenuItem>
          {languages.map((l) => (
            <MenuItem key={l} value={l} lang={l}>
              {names[l]}
            </MenuItem>
          ))}
        </TextField>
      </Line>
      <Line label={t('settings.theme')} help={t('settings.themeHelp')}>
        <ToggleButtonGroup
          exclusive
          size="small"
          value={settings.theme}
          aria-label={t('settings.theme')}
          onChange={(_, theme: SettingsOf['theme'] | null) => theme && void changeSettings({ theme })}
        >
          {(['dark', 'light', 'system'] as const).map((theme) => (
            <ToggleButton key={theme} value={theme} sx={{ px: 2 }}>
              {t(`settings.themes.${theme}`)}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      </Line>
    </Card>
  );
}

function Compute() {
  const { t } = useTranslation();
  const settings = useApp((s) => s.settings);
  const [ffmpeg, setFfmpeg] = useState<string | null>(null);
  const saveFfmpeg = () => {
    if (ffmpeg !== null && ffmpeg.trim() !== (settings.ffmpegPath ?? ''))
      void changeSettings({ ffmpegPath: ffmpeg.trim() || null });
    setFfmpeg(null);
  };
  return (
    <Card title={t('settings.compute')}>
      <Line label={t('settings.device')} help={t('settings.deviceHelp')}>
        <TextField
          select
          value={settings.device}
          slotProps={{ htmlInput: { 'aria-label': t('settings.device') } }}
          onChange={(e) => void changeSettings({ device: e.target.value as SettingsOf['device'] })}
          sx={{ width: 220 }}
        >
          {devices.map((device) => (
            <MenuItem key={device} value={device}>
              {t(`device.${device}`)}
            </MenuItem>
          ))}
        </TextField>
      </Line>
      <Line label={t('settings.threads')} help={t('settings.threadsHelp')}>
        <TextField
          type="number"
          value={settings.threads === 0 ? '' : settings.threads}
          placeholder={t('settings.allThreads')}
          slotProps={{ htmlInput: { min: 0, max: 256, 'aria-label': t('settings.threads') } }}
          onChange={(e) => {
            const threads = Math.round(Number(e.target.value));
            if (threads >= 0 && threads <= 256) void changeSettings({ threads });
          }}
          sx={{ width: 220 }}
        />
      </Line>
      <Line label={t('settings.ffmpeg')} help={t('settings.ffmpegHelp')}>
        <TextField
          fullWidth
          value={ffmpeg ?? settings.ffmpegPath ?? ''}
          placeholder={t('settings.ffmpegFound')}
          slotProps={{ htmlInput: { 'aria-label': t('settings.ffmpeg'), spellCheck: false } }}
          onChange={(e) => setFfmpeg(e.target.value)}
          onBlur={saveFfmpeg}
          onKeyDown={(e) => e.key === 'Enter' && saveFfmpeg()}
        />
      </Line>
    </Card>
  );
}

export default function Settings() {
  const { t } = useTranslation();
  const info = useApp((s) => s.info);
  return (
    <Box sx={{ height: '100%', overflowY: 'auto' }}>
      <Box
        sx={{
          maxWidth: 1560,
          mx: 'auto',
          p: 3,
          display: 'grid',
          gap: 2.5,
          gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 520px), 1fr))',
          alignItems: 'start',
        }}
      >
        <Box sx={{ display: 'grid', gap: 2.5, minWidth: 0 }}>
          <Looks />
          <Compute />
          <Memory />
          <Folders />
          <Doctor />
        </Box>
        <Box sx={{ display: 'grid', gap: 2.5, minWidth: 0 }}>
          <Shortcuts />
          {info && (
            <Typography variant="caption" color="textSecondary">
              {t('settings.about', {
                version: info.version,
                host: t(`settings.host.${info.host}`),
                platform: info.platform,
              })}
            </Typography>
          )}
        </Box>
      </Box>
    </Box>
  );
}
