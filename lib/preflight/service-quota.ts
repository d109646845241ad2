import { GetAWSDefaultServiceQuotaCommand, GetServiceQuotaCommand } from '@aws-sdk/client-service-quotas';
import { asking, isAwsError } from '../aws/aws-failure';
import { type CheckContext, type CheckFinding, failed, passed, warned } from './preflight-check';

/** A limit that AWS sets an account in a region. */
export interface ServiceQuota {
  readonly service: 'ec2' | 'vpc';
  /** Such as `L-1216C47A`. */
  readonly code: string;
  /** What is counted, in the plural: `VPCs`. */
  readonly unit: string;
}

/** How much of a quota the lab needs. */
export interface QuotaDemand {
  readonly quota: ServiceQuota;
  /** The limit as it is now. */
  readonly limit: number;
  /** What is in use without the lab's own. */
  readonly used: number;
  /** Without this much a deployment, or the exercise, fails. */
  readonly needed: number;
  /** What {@link needed} is made of, in words. @default - it speaks for itself */
  readonly neededFor?: string;
  /** What the class may take at most. @default - as much as is needed */
  readonly wanted?: number;
  /** What {@link wanted} is made of, in words. @default - as {@link neededFor} */
  readonly wantedFor?: string;
  /** Keys that make {@link wanted} less. @default 'karpenter.limits.cpu' */
  readonly loweredBy?: string;
}

/**
 * The limit as it is now: the account's own, else AWS's default.
 *
 * @throws LabError what `awsFailure` says
 */
export async function quotaLimit({ service, code }: ServiceQuota, { aws }: CheckContext): Promise<number> {
  const request = { ServiceCode: service, QuotaCode: code };
  return asking('servicequotas:GetServiceQuota', async () => {
    try {
      return valueOf(await aws.quotas.send(new GetServiceQuotaCommand(request)));
    } catch (error) {
      // A quota that was never changed may have no value of the account's own.
      if (!isAwsError(error, 'NoSuchResourceException')) throw error;
      return valueOf(await aws.quotas.send(new GetAWSDefaultServiceQuotaCommand(request)));
    }
  });
}

/** Compares what is needed with what is free. */
export function quotaFinding({ quota, limit, used, needed, neededFor, wanted = needed, wantedFor = neededFor, loweredBy = 'karpenter.limits.cpu' }: QuotaDemand): CheckFinding {
  const free = Math.max(0, limit - used);
  const figures = `${limit} ${quota.unit} allowed, ${used} in use: ${free} free.`;
  const demand = (count: number, what: string | undefined): string => `${count}${what === undefined ? '' : ` (${what})`}`;
  const raise = (to: number): string => `Ask for at least ${to} in Service Quotas (${quota.service}, ${quota.code}); it takes minutes to days.`;
  if (needed > free) return failed(`${figures} The lab needs ${demand(needed, neededFor)}.`, `${raise(used + needed)} Or remove what you no longer need.`);
  if (wanted > free) {
    return warned(
      `${figures} The exercise needs ${demand(needed, neededFor)}, but a class may take up to ${demand(wanted, wantedFor)}.`,
      `${raise(used + wanted)} Or lower ${loweredBy}.`,
    );
  }
  return passed(`${figures} The lab needs ${demand(wanted, wantedFor)}.`);
}

function valueOf({ Quota }: { readonly Quota?: { readonly Value?: number } }): number {
  return Quota?.Value ?? 0;
}
