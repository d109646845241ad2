import { CLASSIC_LOAD_BALANCERS } from './classic-load-balancers';
import { INSTANCE_PROFILES } from './instance-profiles';
import { INSTANCES } from './instances';
import { LAUNCH_TEMPLATES } from './launch-templates';
import type { LeftoverKind, LeftoverKindName } from './leftover';
import { LOAD_BALANCERS } from './load-balancers';
import { LOG_GROUPS } from './log-groups';
import { NETWORK_INTERFACES } from './network-interfaces';
import { SECURITY_GROUPS } from './security-groups';
import { TARGET_GROUPS } from './target-groups';
import { VOLUMES } from './volumes';

/** How each kind is found and removed. */
export const KINDS: Readonly<Record<LeftoverKindName, LeftoverKind>> = {
  loadBalancer: LOAD_BALANCERS,
  classicLoadBalancer: CLASSIC_LOAD_BALANCERS,
  targetGroup: TARGET_GROUPS,
  instance: INSTANCES,
  launchTemplate: LAUNCH_TEMPLATES,
  instanceProfile: INSTANCE_PROFILES,
  volume: VOLUMES,
  networkInterface: NETWORK_INTERFACES,
  securityGroup: SECURITY_GROUPS,
  logGroup: LOG_GROUPS,
};
