/** Colours remembered from other pictures, drawn where they may belong: dashed, and nothing until they are taken. */
import Check from '@mui/icons-material/Check';
import Close from '@mui/icons-material/Close';
import { Box as Div, ButtonBase, IconButton, Paper, Typography } from '@mui/material';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProposedColour } from '../../../app/contract/family.ts';
import type { Hint } from '../../../app/recipe/marks.ts';
import { useLightbox, useSession } from '../context.ts';
import { hexOf } from '../logic/drawing.ts';
import { acceptProposals, dismissProposals, openProposals } from '../logic/family.ts';
import type { Point } from '../logic/viewport.ts';

const none: readonly Hint[] = [];

export function ProposedHints({
  css,
  disabled,
}: {
  /** From fractions of the scan to the stage, CSS pixels. */
  css(p: Point): Point;
  disabled: boolean;
}) {
  const { t } = useTranslation();
  const session = useSession();
  const all = useLightbox((s) => s.proposals);
  const hints = useLightbox((s) => s.recipe?.params.colour.hints ?? none);
  const [chosen, setChosen] = useState<ProposedColour | null>(null);
  const accept = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (chosen) accept.current?.focus();
  }, [chosen]);
  const open = openProposals(all, hints);
  const held = chosen && open.includes(chosen) ? chosen : null;
  const at = held && css(held);
  return (
    <>
      {open.map((p, i) => {
        const place = css(p);
        return (
          <ButtonBase
            key={`${p.memoryId} ${i}`}
            aria-label={t('lightbox.family.proposed', { colour: hexOf(p.colour), from: p.fromName })}
            aria-expanded={held === p}
            onPointerDown={(e) => e.stopPropagation()}
            onClick={() => setChosen(held === p ? null : p)}
            sx={{
              position: 'absolute',
              width: 28,
              height: 28,
              m: '-14px',
              borderRadius: '50%',
              '&.Mui-focusVisible': { outlineOffset: 1 },
            }}
            style={{ left: place.x, top: place.y, pointerEvents: disabled ? 'none' : 'auto' }}
          >
            <Div
              aria-hidden
              sx={{
                width: 18,
                height: 18,
                borderRadius: '50%',
                border: '2px dashed #fff',
                boxShadow: '0 0 0 1.5px rgba(0,0,0,.75), inset 0 0 0 1px rgba(0,0,0,.5)',
              }}
              style={{ background: hexOf(p.colour) }}
            />
          </ButtonBase>
        );
      })}
      {held && at && (
        <Paper
          role="dialog"
          aria-label={t('lightbox.family.proposed', { colour: hexOf(held.colour), from: held.fromName })}
          onPointerDown={(e) => e.stopPropagation()}
          onKeyDown={(e) => {
            e.stopPropagation();
            if (e.key === 'Escape') setChosen(null);
          }}
          elevation={6}
          sx={{
            position: 'absolute',
            zIndex: 2,
            display: 'flex',
            alignItems: 'center',
            gap: 0.5,
            pl: 1.25,
            pr: 0.5,
            py: 0.25,
            border: 1,
            borderColor: 'room.lineStrong',
            whiteSpace: 'nowrap',
            transform: 'translate(-50%, 18px)',
          }}
          style={{ left: at.x, top: at.y }}
        >
          <Typography variant="caption">{t('lightbox.family.from', { name: held.fromName })}</Typography>
          <IconButton
            ref={accept}
            aria-label={t('lightbox.family.take')}
            onClick={() => {
              acceptProposals(session, [held]);
              setChosen(null);
            }}
          >
            <Check />
          </IconButton>
          <IconButton
            aria-label={t('lightbox.family.notHere')}
            onClick={() => {
              void dismissProposals(session, [held]);
              setChosen(null);
            }}
          >
            <Close />
          </IconButton>
        </Paper>
      )}
    </>
  );
}
