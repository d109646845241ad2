import { accessCheck } from './access-check';
import { addOnVersionsCheck } from './add-on-versions-check';
import { addressQuotaCheck } from './address-quota-check';
import { awsCliCheck } from './aws-cli-check';
import { bootstrapCheck } from './bootstrap-check';
import type { Check } from './check';
import { clusterNameCheck } from './cluster-name-check';
import { iamNamesCheck } from './iam-names-check';
import { instanceTypesCheck } from './instance-types-check';
import { kubectlCheck } from './kubectl-check';
import { kubernetesVersionCheck } from './kubernetes-version-check';
import { leftoverInstancesCheck } from './leftover-instances-check';
import { logGroupNameCheck } from './log-group-name-check';
import { natGatewayQuotaCheck } from './nat-gateway-quota-check';
import { nodeCheck } from './node-check';
import { onDemandQuotaCheck } from './on-demand-quota-check';
import { queueNameCheck } from './queue-name-check';
import { scheduleNameCheck } from './schedule-name-check';
import { spotQuotaCheck } from './spot-quota-check';
import { spotRoleCheck } from './spot-role-check';
import { stackCheck } from './stack-check';
import { vpcQuotaCheck } from './vpc-quota-check';
import { zonesCheck } from './zones-check';

/** Every check after that of the credentials, in the order in which an instructor wants to read them. */
export const PREFLIGHT_CHECKS: readonly Check[] = [
  bootstrapCheck,
  stackCheck,
  accessCheck,
  onDemandQuotaCheck,
  spotQuotaCheck,
  vpcQuotaCheck,
  addressQuotaCheck,
  natGatewayQuotaCheck,
  zonesCheck,
  instanceTypesCheck,
  kubernetesVersionCheck,
  addOnVersionsCheck,
  spotRoleCheck,
  clusterNameCheck,
  iamNamesCheck,
  queueNameCheck,
  logGroupNameCheck,
  scheduleNameCheck,
  leftoverInstancesCheck,
  kubectlCheck,
  nodeCheck,
  awsCliCheck,
];
