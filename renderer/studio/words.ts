/** Names of what the engine names in code: losses and reasons. What has no words here is shown as it is called. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

const losses = [
  'total',
  'criticTotal',
  'error',
  'structure',
  'damage',
  'hole',
  'choice',
  'distance',
  'content',
  'opinion',
  'accuracy',
  'recognised',
  'gradient',
  'toneChoice',
  'lengthChoice',
  'noteChoice',
  'likeness',
] as const;
const rejects = [
  'unreadable',
  'tiny',
  'flat graphic',
  'black and white',
  'blurred',
  'near-duplicate',
  'short',
  'double',
] as const;

/** A loss in the window's language. */
export function useLossName(): (name: string) => string {
  const { t } = useTranslation();
  return useCallback(
    (name) => (losses.some((known) => known === name) ? t(`studio.loss.${name}`) : name),
    [t],
  );
}

/** Why pictures were left out, in the window's language. */
export function useRejectName(): (reason: string) => string {
  const { t } = useTranslation();
  return useCallback(
    (reason) =>
      rejects.some((known) => known === reason) ? t(`studio.reject.${reason.replaceAll(' ', '-')}`) : reason,
    [t],
  );
}
