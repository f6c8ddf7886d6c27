/** Doinuak that were kept: lay one on the desk again, give it a name, take it off the list. */
import DeleteOutlined from '@mui/icons-material/DeleteOutlined';
import { Box, ButtonBase, IconButton, Tooltip, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import type { Doinu } from '../../app/contract/score.ts';
import { lay, removeKept, useScore } from './store.ts';

function Row({ doinu }: { doinu: Doinu }) {
  const { t, i18n } = useTranslation();
  const date = new Intl.DateTimeFormat(i18n.language === 'eu' ? ['eu', 'es'] : i18n.language, {
    dateStyle: 'medium',
  }).format(doinu.at);
  return (
    <Box
      component="li"
      sx={{
        display: 'flex',
        alignItems: 'center',
        border: 1,
        borderColor: 'room.line',
        borderRadius: 1,
        bgcolor: 'room.panel',
        '&:hover': { bgcolor: 'room.raised' },
      }}
    >
      <ButtonBase
        onClick={() => lay(doinu.melody, doinu.title)}
        sx={{ flex: 1, minWidth: 0, p: 1, display: 'block', textAlign: 'left', borderRadius: 1 }}
      >
        <Typography variant="h4" component="div" noWrap>
          {doinu.title}
        </Typography>
        <Typography variant="caption" color="textSecondary" component="div" noWrap>
          {t('score.rowText', { notes: doinu.melody.notes.length, date })}
        </Typography>
      </ButtonBase>
      <Tooltip title={t('score.remove')}>
        <IconButton
          size="small"
          aria-label={`${t('score.remove')}: ${doinu.title}`}
          onClick={() => void removeKept(doinu)}
          sx={{ mr: 0.5 }}
        >
          <DeleteOutlined fontSize="small" />
        </IconButton>
      </Tooltip>
    </Box>
  );
}

export function Kept() {
  const { t } = useTranslation();
  const kept = useScore((s) => s.kept);
  return (
    <Box component="section" aria-labelledby="score-kept">
      <Typography variant="h3" component="h3" id="score-kept" sx={{ m: 0, mb: 1.25 }}>
        {t('score.keptTitle')}
      </Typography>
      {kept && kept.length === 0 && (
        <Typography variant="body2" color="textSecondary">
          {t('score.keptNone')}
        </Typography>
      )}
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.75 }}>
        {kept?.map((doinu) => (
          <Row key={doinu.id} doinu={doinu} />
        ))}
      </Box>
    </Box>
  );
}
