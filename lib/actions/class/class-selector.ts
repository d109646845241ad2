import { MADE_FOR_LABEL } from '../../kubernetes/made-by-lab';

/** Value of {@link MADE_FOR_LABEL} of everything that a class makes. */
export const CLASS_VALUE = 'class';

/** Selects everything that a class makes. */
export const CLASS_SELECTOR = `${MADE_FOR_LABEL}=${CLASS_VALUE}`;
