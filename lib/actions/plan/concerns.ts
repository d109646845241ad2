import type { LabView } from '../../assembly/lab-view';
import type { PlannedConcern } from '../plan-result';
import { concernLines } from './concern-lines';
import { concernsOf, CONCERNS } from './concern-of-resource';

/** What will be created, by concern. Every resource of the template is counted in exactly one. */
export function describeConcerns(lab: LabView): readonly PlannedConcern[] {
  const concernById = concernsOf(lab);
  const lines = concernLines(lab);
  return CONCERNS
    .map((name) => ({
      name,
      lines: lines[name],
      resourceCount: [...concernById.values()].filter((concern) => concern === name).length,
    }))
    .filter(({ resourceCount }) => resourceCount > 0);
}
