/**
 * Dropping and pasting anywhere. While files hang over the window three targets appear: Develop imports (what is a
 * negative is developed), Restore and Colorize import and then ask just that for every picture that came of it. A
 * room that takes drops itself (the Studio) shows one target instead.
 */
import AutoFixHighOutlined from '@mui/icons-material/AutoFixHighOutlined';
import ColorLensOutlined from '@mui/icons-material/ColorLensOutlined';
import CameraRollOutlined from '@mui/icons-material/CameraRollOutlined';
import { Box, Typography } from '@mui/material';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { importFiles, takeFiles } from '../library/importing.ts';
import { importAndWant } from '../library/restoring.ts';
import type { Dropped } from '../client.ts';
import { goTo, report } from '../store/app.ts';
import { useDrops } from './drops.ts';

const targets = [
  { id: 'develop', icon: CameraRollOutlined },
  { id: 'restore', icon: AutoFixHighOutlined },
  { id: 'colorize', icon: ColorLensOutlined },
] as const;
type Target = (typeof targets)[number]['id'];

const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;

function targetUnder(event: DragEvent): Target | null {
  const element = event.target instanceof Element ? event.target.closest('[data-drop]') : null;
  return (element?.getAttribute('data-drop') as Target | null) ?? null;
}

export function DropTargets() {
  const { t } = useTranslation();
  const [over, setOver] = useState<Target | 'window' | null>(null);
  const taker = useDrops((s) => s.taker);

  useEffect(() => {
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
      setOver(targetUnder(event) ?? 'window');
    };
    const leave = (event: DragEvent) => {
      // Leaving the window, not just one element for another.
      if (event.relatedTarget === null) setOver(null);
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(null);
      const target = targetUnder(event);
      const { taker } = useDrops.getState();
      if (taker) {
        takeFiles(event.dataTransfer)
          .then((files) => files.length > 0 && taker.take(files))
          .catch(report);
        return;
      }
      goTo('library');
      const take =
        target === 'restore' || target === 'colorize'
          ? (files: Dropped[]) => importAndWant(files, target)
          : importFiles;
      takeFiles(event.dataTransfer).then(take).catch(report);
    };
    const paste = (event: ClipboardEvent) => {
      if (!event.clipboardData || event.clipboardData.files.length === 0) return;
      event.preventDefault();
      takeFiles(event.clipboardData).then(importFiles).catch(report);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragover', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', drop);
    window.addEventListener('paste', paste);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragover', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', drop);
      window.removeEventListener('paste', paste);
    };
  }, []);

  if (over === null) return null;
  if (taker)
    return (
      <Box
        data-testid="drop-targets"
        sx={{
          position: 'fixed',
          inset: 0,
          zIndex: 'modal',
          display: 'grid',
          placeContent: 'center',
          p: 4,
          bgcolor: 'room.scrim',
          backdropFilter: 'blur(3px)',
        }}
      >
        <Box
          sx={{
            maxWidth: 460,
            textAlign: 'center',
            px: 5,
            py: 6,
            borderRadius: 2,
            bgcolor: 'room.panel',
            border: 2,
            borderColor: 'primary.main',
          }}
        >
          <Typography variant="h2" component="p" sx={{ m: 0 }}>
            {t(`drop.${taker.words}.title`)}
          </Typography>
          <Typography color="textSecondary" sx={{ mt: 1 }}>
            {t(`drop.${taker.words}.text`)}
          </Typography>
        </Box>
      </Box>
    );
  return (
    <Box
      data-testid="drop-targets"
      sx={{
        position: 'fixed',
        inset: 0,
        zIndex: 'modal',
        display: 'grid',
        gridTemplateColumns: 'repeat(3, minmax(0, 300px))',
        gridTemplateRows: 'auto auto',
        placeContent: 'center',
        gap: 2.5,
        p: 4,
        bgcolor: 'room.scrim',
        backdropFilter: 'blur(3px)',
      }}
    >
      {targets.map(({ id, icon: Icon }) => {
        const here = over === id;
        return (
          <Box
            key={id}
            data-drop={id}
            sx={{
              display: 'flex',
              flexDirection: 'column',
              alignItems: 'center',
              textAlign: 'center',
              gap: 1,
              px: 3,
              py: 5,
              borderRadius: 2,
              bgcolor: 'room.panel',
              border: 2,
              borderColor: here ? 'primary.main' : 'room.lineStrong',
              transform: here ? 'scale(1.03)' : 'none',
              transition: 'transform 120ms, border-color 120ms',
            }}
          >
            <Icon sx={{ fontSize: 44, color: 'primary.main', pointerEvents: 'none' }} />
            <Typography variant="h2" component="p" sx={{ m: 0 }}>
              {t(`drop.${id}.title`)}
            </Typography>
            <Typography variant="body2" color="textSecondary">
              {t(`drop.${id}.text`)}
            </Typography>
          </Box>
        );
      })}
      <Typography sx={{ gridColumn: '1 / -1', textAlign: 'center', color: 'room.onScrim' }}>
        {t('drop.anywhere')}
      </Typography>
    </Box>
  );
}
