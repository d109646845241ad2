import type { SynthesizedStack } from '../lib/assembly/synthesized-stack';
import { arrayAt, textAt } from '../lib/json';
import type { PolicyUse } from '../lib/rehearsal/iam/policy-uses';

/** A statement of the policies of Karpenter's controller. */
export interface ControllerStatement {
  readonly policy: string;
  /** Its Sid. */
  readonly statement: string;
  /** Such as `ec2:CreateFleet`, in the order of the policy. */
  readonly actions: readonly string[];
}

/** Part of a rehearsal, and what statements were needed for in it. */
export interface PlayedPart {
  /** Such as `the exercise`. */
  readonly name: string;
  readonly uses: readonly PolicyUse[];
}

/** The statements of the policies that Karpenter's controller has in a synthesized lab, in the order of the template. */
export function controllerStatements(stack: SynthesizedStack): readonly ControllerStatement[] {
  return stack.resourcesOfType('AWS::IAM::ManagedPolicy').filter(({ constructPath }) => constructPath?.includes('/ControllerPolicies/')).flatMap((resource) => {
    const properties = stack.resolvedProperties(resource);
    return arrayAt(properties, 'PolicyDocument', 'Statement').map((statement): ControllerStatement => ({
      policy: textAt(properties, 'ManagedPolicyName') ?? resource.logicalId,
      statement: textAt(statement, 'Sid') ?? '',
      actions: textAt(statement, 'Action') === undefined ? arrayAt(statement, 'Action').flatMap((action) => textAt(action) ?? []) : [textAt(statement, 'Action') ?? ''],
    }));
  });
}

/** The document that says which statement is needed by which part of a rehearsal first, and which by none. */
export function permissionsDocument(statements: readonly ControllerStatement[], parts: readonly PlayedPart[], versionOfKarpenter: string): string {
  const firstPartOf = ({ policy, statement }: ControllerStatement, action: string): string | undefined =>
    parts.find(({ uses }) => uses.some((use) => use.policy === policy && use.statement === statement && use.action.toLowerCase() === action.toLowerCase()))?.name;
  const rows = statements.map((each) => {
    const used = each.actions.map((action) => ({ action, part: firstPartOf(each, action) }));
    const neededBy = [...new Set(used.flatMap(({ part }) => part ?? []))];
    return { ...each, neededBy, unused: used.filter(({ part }) => part === undefined).map(({ action }) => action) };
  });
  const needed = rows.filter(({ neededBy }) => neededBy.length > 0);
  const unneeded = rows.filter(({ neededBy }) => neededBy.length === 0);
  const code = (texts: readonly string[]): string => texts.map((text) => `\`${text}\``).join(', ');
  return [
    '# What Karpenter\'s permissions are needed for',
    '',
    `Made by \`npm run update:permissions\` with Karpenter ${versionOfKarpenter}; do not edit. A rehearsal plays the deployment, the exercise and the drills, and its IAM`,
    'judges each request of the controller twice: by all statements, and without the one that allows it. A part is named where it is the first with a request',
    'that is refused once the statement is gone. `test/rehearsal/broken-assembly.e2e.test.ts` takes some of them out for real, and shows what a rehearsal says.',
    '',
    '| Policy | Statement | First needed by | Allowed and never asked for |',
    '| --- | --- | --- | --- |',
    ...needed.map(({ policy, statement, neededBy, unused }) => `| ${policy} | ${statement} | ${neededBy.join(', ')} | ${code(unused)} |`),
    '',
    '## Needed by nothing that is played',
    '',
    ...unneeded.map(({ policy, statement, actions }) => `- ${statement} of ${policy}: ${code(actions)}`),
    ...(unneeded.length === 0 ? ['None.'] : []),
    '',
  ].join('\n');
}
