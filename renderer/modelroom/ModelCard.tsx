/** One model with its papers: what it is, where it comes from, under which licence, how large, how fast here, how good. */
import CheckCircle from '@mui/icons-material/CheckCircle';
import DeleteOutlined from '@mui/icons-material/DeleteOutlined';
import ExpandMore from '@mui/icons-material/ExpandMore';
import SpeedOutlined from '@mui/icons-material/SpeedOutlined';
import VerifiedOutlined from '@mui/icons-material/VerifiedOutlined';
import {
  Box,
  Button,
  Chip,
  CircularProgress,
  Collapse,
  IconButton,
  Tooltip,
  Typography,
} from '@mui/material';
import { useId, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelCardView } from '../../app/contract/models.ts';
import { fileSize, numberLocale } from '../format.ts';
import { figuresOf, formatFigure, paceOf, type Figure } from './figures.ts';
import { choose, measure, remove, shownName, useModels, verify } from './store.ts';

export function ModelCard({ model }: { model: ModelCardView }) {
  const { t, i18n } = useTranslation();
  const busy = useModels((s) => s.busy.get(model.name) ?? null);
  const [more, setMore] = useState(false);
  const titleId = useId();
  const moreId = useId();
  const locale = numberLocale(i18n.language);
  const number = (value: number, digits = 1) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  const { main, all } = figuresOf(model);
  const name = shownName(model.name);
  const { speed } = model;
  return (
    <Box
      component="article"
      aria-labelledby={titleId}
      data-model={model.name}
      sx={{
        display: 'flex',
        flexDirection: 'column',
        gap: 1.25,
        p: 2,
        borderRadius: 1.5,
        bgcolor: 'room.panel',
        border: 1,
        borderColor: model.chosen ? 'room.selected' : 'room.line',
        minWidth: 0,
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 1 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography id={titleId} variant="h3" component="h4" sx={{ overflowWrap: 'anywhere' }}>
            {model.source === 'own' ? t(`models.own.${model.name}`) : name}
          </Typography>
          <Typography variant="caption" component="p" color="textSecondary">
            {t(`models.source.${model.source}`)}
            {model.kind !== '' && ` · ${t(`models.kind.${model.kind}`)}`}
            {model.scale > 1 && ` · ×${model.scale}`}
          </Typography>
        </Box>
        {model.chosen && (
          <Chip
            size="small"
            icon={<CheckCircle sx={{ color: 'primary.main !important' }} />}
            label={t('models.inUse')}
            sx={{ flex: 'none' }}
          />
        )}
        {model.source === 'imported' && (
          <Tooltip title={t('models.remove')}>
            <span style={{ margin: '-6px -8px 0 0' }}>
              <IconButton
                aria-label={t('models.removeOne', { name })}
                disabled={busy !== null}
                onClick={() => void remove(model)}
              >
                <DeleteOutlined />
              </IconButton>
            </span>
          </Tooltip>
        )}
      </Box>

      {!model.ready && (
        <Typography variant="body2" sx={{ color: 'warning.main' }}>
          {t('models.noWeights')}
        </Typography>
      )}

      <Box
        component="dl"
        sx={{
          m: 0,
          display: 'grid',
          gridTemplateColumns: 'auto minmax(0, 1fr)',
          columnGap: 1.5,
          rowGap: 0.5,
        }}
      >
        <Fact name={t('models.licence')}>
          <Clamped text={model.license || t('models.notStated')} open={more} soft={model.license === ''} />
        </Fact>
        <Fact name={t('models.size')}>
          {t('models.sizeOf', {
            bytes: fileSize(model.bytes),
            parameters: number(model.parameters / 1e6, 2),
          })}
        </Fact>
        {model.origin !== '' && <Fact name={t('models.origin')}>{model.origin}</Fact>}
        {model.importedAt !== '' && (
          <Fact name={t('models.imported')}>
            {new Date(model.importedAt).toLocaleDateString(locale, { dateStyle: 'medium' })}
          </Fact>
        )}
        <Fact name={t('models.speed')}>
          {speed
            ? t('models.speedOf', {
                time:
                  speed.milliseconds < 1000
                    ? `${number(speed.milliseconds, 0)} ms`
                    : `${number(speed.milliseconds / 1000)} s`,
                width: speed.width,
                height: speed.height,
                pace: number(paceOf(speed), 2),
                device: speed.device.toUpperCase(),
              })
            : t('models.notMeasured')}
        </Fact>
      </Box>

      {main.length > 0 && (
        <Box
          component="ul"
          aria-label={t('models.figures')}
          sx={{
            m: 0,
            p: 0,
            listStyle: 'none',
            display: 'grid',
            gridTemplateColumns: 'repeat(3, minmax(0, 1fr))',
            gap: 1,
          }}
        >
          {main.map((figure) => (
            <Box
              component="li"
              key={`${figure.group} ${figure.name}`}
              sx={{ bgcolor: 'room.raised', borderRadius: 1, px: 1, py: 0.75, minWidth: 0 }}
            >
              <Typography variant="figure" component="p" sx={{ fontSize: 15, fontWeight: 600 }}>
                {formatFigure(figure, locale)}
              </Typography>
              <FigureName figure={figure} />
            </Box>
          ))}
        </Box>
      )}

      {(all.length > 0 || model.trainedOn !== '' || model.sha256 !== '') && (
        <Box>
          <Button
            color="secondary"
            variant="text"
            aria-expanded={more}
            aria-controls={moreId}
            onClick={() => setMore(!more)}
            endIcon={<ExpandMore sx={{ transform: more ? 'rotate(180deg)' : 'none' }} />}
            sx={{ ml: -1, px: 1, minHeight: 26, py: 0, fontSize: 12.5, color: 'text.secondary' }}
          >
            {t('models.more')}
          </Button>
          <Collapse in={more} timeout={120} id={moreId} unmountOnExit>
            <Box sx={{ display: 'flex', flexDirection: 'column', gap: 1, pt: 0.75 }}>
              {model.trainedOn !== '' && <Text name={t('models.trainedOn')}>{model.trainedOn}</Text>}
              {model.limits !== '' && <Text name={t('models.limits')}>{model.limits}</Text>}
              {all.length > 0 && (
                <Box
                  component="table"
                  aria-label={t('models.figures')}
                  sx={{
                    borderCollapse: 'collapse',
                    fontSize: 12,
                    '& td': { py: 0.25, pr: 1 },
                    '& td:last-child': { textAlign: 'right', pr: 0, fontVariantNumeric: 'tabular-nums' },
                  }}
                >
                  <tbody>
                    {all.map((figure) => (
                      <tr key={`${figure.group} ${figure.name}`}>
                        <td>{t(`models.group.${figure.group}`, { defaultValue: figure.group })}</td>
                        <td>{t(`studio.figure.${figure.name}.name`, { defaultValue: figure.name })}</td>
                        <td>{formatFigure(figure, locale)}</td>
                      </tr>
                    ))}
                  </tbody>
                </Box>
              )}
              {model.measuredBy !== '' && (
                <Text name={t('models.measuredBy')} mono>
                  {model.measuredBy}
                </Text>
              )}
              <Text name="SHA-256" mono>
                {model.sha256}
              </Text>
            </Box>
          </Collapse>
        </Box>
      )}

      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.75, mt: 'auto', alignItems: 'center' }}>
        {model.task !== 'one' && !model.chosen && model.ready && (
          <Button
            variant="contained"
            onClick={() =>
              void choose(
                model.task as Exclude<ModelCardView['task'], 'one'>,
                model.source === 'imported' ? model.name : '',
              )
            }
            disabled={model.source === 'own' && hasTrained(model)}
            aria-label={t('models.useOne', { name })}
          >
            {t('models.use')}
          </Button>
        )}
        <Button
          color="secondary"
          variant="outlined"
          startIcon={busy === 'measure' ? <CircularProgress size={14} color="inherit" /> : <SpeedOutlined />}
          disabled={busy !== null || !model.ready}
          aria-label={t('models.measureOne', { name })}
          onClick={() => void measure(model)}
        >
          {t('models.measure')}
        </Button>
        {model.source === 'imported' && (
          <>
            <Button
              color="secondary"
              variant="outlined"
              startIcon={
                busy === 'verify' ? <CircularProgress size={14} color="inherit" /> : <VerifiedOutlined />
              }
              disabled={busy !== null}
              aria-label={t('models.verifyOne', { name })}
              onClick={() => void verify(model)}
            >
              {t('models.verify')}
            </Button>
          </>
        )}
      </Box>
    </Box>
  );
}

/** A run of the Studio stands in for this one of ours: the Studio is where that is changed. */
function hasTrained(model: ModelCardView): boolean {
  return (useModels.getState().models ?? []).some((m) => m.source === 'trained' && m.task === model.task);
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <Typography component="dt" variant="body2" color="textSecondary">
        {name}
      </Typography>
      <Typography component="dd" variant="body2" sx={{ m: 0, minWidth: 0, overflowWrap: 'anywhere' }}>
        {children}
      </Typography>
    </>
  );
}

function Clamped({ text, open, soft }: { text: string; open: boolean; soft: boolean }) {
  return (
    <Box
      component="span"
      sx={{
        color: soft ? 'text.secondary' : undefined,
        ...(!open && {
          display: '-webkit-box',
          WebkitLineClamp: 2,
          WebkitBoxOrient: 'vertical',
          overflow: 'hidden',
        }),
      }}
    >
      {text}
    </Box>
  );
}

function Text({ name, mono, children }: { name: string; mono?: boolean; children: ReactNode }) {
  return (
    <Box>
      <Typography variant="label" component="h5" sx={{ m: 0 }}>
        {name}
      </Typography>
      <Typography
        variant="body2"
        sx={{
          fontSize: 12.5,
          overflowWrap: 'anywhere',
          ...(mono && { fontFamily: 'monospace', fontSize: 11.5 }),
        }}
      >
        {children}
      </Typography>
    </Box>
  );
}

function FigureName({ figure }: { figure: Figure }) {
  const { t } = useTranslation();
  return (
    <Typography variant="caption" component="p" color="textSecondary" sx={{ lineHeight: 1.3 }}>
      {t(`studio.figure.${figure.name}.name`, { defaultValue: figure.name })}
      {figure.group !== '' && `, ${t(`models.group.${figure.group}`, { defaultValue: figure.group })}`}
    </Typography>
  );
}
