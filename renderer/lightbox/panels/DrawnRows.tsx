/** What was drawn on the picture, as rows of a card: the marks of the mask, and the list of colour hints. */
import BrushOutlined from '@mui/icons-material/BrushOutlined';
import DeleteOutlined from '@mui/icons-material/DeleteOutlined';
import PaletteOutlined from '@mui/icons-material/PaletteOutlined';
import { Box, Button, ButtonBase, IconButton, Tooltip, Typography } from '@mui/material';
import { useTranslation } from 'react-i18next';
import type { Hint, Mark } from '../../../app/recipe/marks.ts';
import { useLightbox, useSession } from '../context.ts';
import { changeHints, changeMarks, hexOf, without } from '../logic/drawing.ts';
import { swatchOf } from '../logic/palette.ts';
import type { Tool } from '../logic/session.ts';
import { useKey } from '../parts/useKey.ts';

const noMarks: readonly Mark[] = [];
const noHints: readonly Hint[] = [];
const small = { minHeight: 24, py: 0, px: 1, minWidth: 0, fontSize: 12, flex: 'none' } as const;

function ToolButton({ tool, label }: { tool: Extract<Tool, 'marks' | 'hints'>; label: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const active = useLightbox((s) => s.tool === tool);
  const key = useKey(tool);
  const name = t(`lightbox.commands.${tool}`);
  return (
    <Tooltip title={key ? `${name} (${key})` : name}>
      <Button
        color="secondary"
        variant="outlined"
        aria-label={name}
        aria-pressed={active}
        startIcon={tool === 'marks' ? <BrushOutlined /> : <PaletteOutlined />}
        onClick={() => session.store.setState({ tool: active ? 'none' : tool })}
        sx={small}
      >
        {label}
      </Button>
    </Tooltip>
  );
}

/** A tool works on a step that is off, too: drawing switches it on. */
export function MarksRow() {
  const { t } = useTranslation();
  const session = useSession();
  const marks = useLightbox((s) => s.recipe?.params.repair.marks ?? noMarks);
  const clear = t('lightbox.marks.clear');
  return (
    <Box sx={row}>
      <Typography variant="figure" sx={{ fontSize: 12, color: 'text.secondary', mr: 'auto' }}>
        {t('lightbox.marks.count', { count: marks.length })}
      </Typography>
      {marks.length > 0 && (
        <Tooltip title={clear}>
          <IconButton
            aria-label={clear}
            onClick={() => changeMarks(session, 'cleared', () => [])}
            sx={{ p: 0.25 }}
          >
            <DeleteOutlined sx={{ fontSize: 16 }} />
          </IconButton>
        </Tooltip>
      )}
      <ToolButton tool="marks" label={t('lightbox.marks.edit')} />
    </Box>
  );
}

export function HintsRow({ name }: { name: string }) {
  const { t } = useTranslation();
  const session = useSession();
  const hints = useLightbox((s) => s.recipe?.params.colour.hints ?? noHints);
  const chosen = useLightbox((s) => s.chosenHint);
  const nameOf = (hint: Hint) => {
    const swatch = swatchOf(hint.colour);
    return swatch ? t(`lightbox.palette.${swatch.id}`) : hexOf(hint.colour);
  };
  return (
    <>
      <Box sx={row}>
        <Typography variant="figure" sx={{ fontSize: 12, color: 'text.secondary', mr: 'auto' }}>
          {t('lightbox.hints.count', { count: hints.length })}
        </Typography>
        <ToolButton tool="hints" label={t('lightbox.hints.edit')} />
      </Box>
      {hints.length > 0 && (
        <Box
          component="ul"
          aria-label={name}
          sx={{
            gridColumn: '1 / -1',
            m: 0,
            mt: 0.5,
            p: 0,
            listStyle: 'none',
            maxHeight: 180,
            overflowY: 'auto',
          }}
        >
          {hints.map((hint, i) => (
            <Box component="li" key={i} sx={{ display: 'flex', alignItems: 'center' }}>
              <ButtonBase
                aria-pressed={chosen === i}
                onClick={() => session.store.setState({ tool: 'hints', chosenHint: i })}
                sx={{
                  flex: 1,
                  minWidth: 0,
                  gap: 1,
                  px: 0.75,
                  minHeight: 26,
                  justifyContent: 'flex-start',
                  borderRadius: 0.75,
                  bgcolor: chosen === i ? 'room.selectedFill' : undefined,
                  '&:hover': { bgcolor: 'room.hover' },
                }}
              >
                <Typography variant="figure" sx={{ fontSize: 12, width: 16, color: 'text.secondary' }}>
                  {i + 1}
                </Typography>
                <Box
                  sx={{
                    width: 16,
                    height: 16,
                    flex: 'none',
                    borderRadius: '50%',
                    border: 1,
                    borderColor: 'room.lineStrong',
                  }}
                  style={{ background: hexOf(hint.colour) }}
                />
                <Typography variant="body2" noWrap sx={{ fontSize: 12.5 }}>
                  {nameOf(hint)}
                </Typography>
              </ButtonBase>
              <IconButton
                aria-label={t('lightbox.hints.removeOne', { n: i + 1 })}
                onClick={() => {
                  changeHints(session, 'removed', (now) => without(now, i));
                  session.store.setState({ chosenHint: null });
                }}
                sx={{ p: 0.25 }}
              >
                <DeleteOutlined sx={{ fontSize: 16 }} />
              </IconButton>
            </Box>
          ))}
        </Box>
      )}
    </>
  );
}

const row = {
  gridColumn: '3 / -1',
  display: 'flex',
  alignItems: 'center',
  gap: 0.75,
  minWidth: 0,
  py: 0.25,
} as const;
