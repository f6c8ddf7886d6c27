/** A rating in stars that says itself in the language of the window. */
import { Rating, type RatingProps } from '@mui/material';
import { useTranslation } from 'react-i18next';

export function Stars(props: RatingProps) {
  const { t } = useTranslation();
  return (
    <Rating
      getLabelText={(n) => t('library.stars', { count: n })}
      emptyLabelText={t('library.noStars')}
      {...props}
    />
  );
}
