import { Aspects } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type INagLogger, type NagLoggerErrorData, type NagLoggerNonComplianceData, NagSuppressions } from 'cdk-nag';
import { synthLab } from '../support/synth-lab';
import { type Suppression, SUPPRESSIONS } from './nag-suppressions';

/** Keeps what cdk-nag finds instead of printing it. */
class FindingLog implements INagLogger {
  readonly open: string[] = [];
  readonly suppressed: string[] = [];
  readonly broken: string[] = [];

  onNonCompliance(data: NagLoggerNonComplianceData): void {
    this.open.push(describeFinding(data));
  }

  onSuppressed(data: NagLoggerNonComplianceData): void {
    this.suppressed.push(describeFinding(data));
  }

  onError({ resource, ruleId, errorMessage }: NagLoggerErrorData): void {
    this.broken.push(`${resource.node.path} ${ruleId}: ${errorMessage}`);
  }

  onSuppressedError(data: NagLoggerErrorData): void {
    this.onError(data);
  }

  onCompliance(): void {
    // Nothing to report.
  }

  onNotApplicable(): void {
    // Nothing to report.
  }
}

function describeFinding({ resource, ruleId, findingId }: NagLoggerNonComplianceData): string {
  const path = resource.node.path.split('/').slice(1).join('/');
  return findingId === '' ? `${path} ${ruleId}` : `${path} ${ruleId}[${findingId}]`;
}

async function findingsWith(suppressions: readonly Suppression[]): Promise<FindingLog> {
  const log = new FindingLog();
  await synthLab({ 'expiresAt': '2026-12-01T18:00+09:00', 'class.students': 3 }, (stack) => {
    for (const { path, rule, findings, reason } of suppressions) {
      NagSuppressions.addResourceSuppressionsByPath(stack, `/${stack.stackName}/${path}`, [{
        id: rule,
        reason,
        appliesTo: findings?.map((finding) => typeof finding === 'string' ? finding : { regex: String(finding) }),
      }]);
    }
    Aspects.of(stack).add(new AwsSolutionsChecks({ additionalLoggers: [log], reports: false }));
  });
  return log;
}

describe('cdk-nag, with its AwsSolutions rules', () => {
  it('finds nothing but what is justified, one line each', async () => {
    const log = await findingsWith(SUPPRESSIONS);
    expect(log.open).toEqual([]);
    expect(log.broken).toEqual([]);
    // The rules did run.
    expect(log.suppressed.length).toBeGreaterThanOrEqual(SUPPRESSIONS.length);
  });

  it('needs every suppression: each one hides a finding', async () => {
    const quiet = jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const exitCodeBefore = process.exitCode;
    const { open } = await findingsWith([]);
    // The CDK sets the exit code of the process for findings that stay open; here they are wanted.
    process.exitCode = exitCodeBefore;
    quiet.mockRestore();
    const needless = SUPPRESSIONS.filter(({ path, rule, findings }) => (findings ?? [undefined]).some((finding) => !open.some((found) =>
      found.startsWith(`${path} ${rule}`) && (finding === undefined || (typeof finding === 'string' ? found.endsWith(`[${finding}]`) : finding.test(found.slice(`${path} ${rule}[`.length, -1)))))));
    expect(needless).toEqual([]);
  });
});
