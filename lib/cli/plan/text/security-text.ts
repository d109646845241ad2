import type { PlanResult } from '../../../actions/plan-result';
import type { TextLayout } from '../../text/text-layout';
import { bulletList, sectionHeading } from '../../text/text-section';
import { textTable } from '../../text/text-table';
import { adminsText, apiExposure } from '../security-sentences';

/** Who reaches the Kubernetes API, who is admin, and what else a reviewer asks. */
export function securityText({ security }: PlanResult, layout: TextLayout): readonly string[] {
  const exposure = apiExposure(security);
  return [
    sectionHeading('Security', exposure.isOpenToEverybody ? 'API OPEN TO THE INTERNET' : '', layout),
    ...textTable([{ paint: layout.style.name }, { isFlexible: true }], [
      { cells: ['Kubernetes API', `reached ${exposure.text}`] },
      { cells: ['Cluster admins', adminsText(security)] },
    ], layout),
    ...bulletList(security.facts, layout),
  ];
}
