import { arrayAt, objectAt, textAt, type JsonValue } from '../assembly/json';

/** The terms that a condition of an EC2NodeClass is about, and what they select. */
const SELECTIONS: Readonly<Record<string, { readonly terms: string; readonly noun: string }>> = {
  SubnetsReady: { terms: 'subnetSelectorTerms', noun: 'subnet' },
  SecurityGroupsReady: { terms: 'securityGroupSelectorTerms', noun: 'security group' },
  AMIsReady: { terms: 'amiSelectorTerms', noun: 'AMI' },
};

/** Parts of a term besides tags. */
const TERM_FIELDS: readonly string[] = ['id', 'name', 'alias', 'owner', 'ssmParameter'];

/**
 * What an EC2NodeClass looks for in vain, where a condition that says no is about its selectors. Karpenter's own message leaves
 * out what it looked for.
 *
 * @param body the EC2NodeClass
 * @returns such as `no subnet matches karpenter.sh/discovery=lab`; undefined for conditions about other things
 */
export function unmatchedSelection(body: JsonValue, conditionType: string): string | undefined {
  const selection = SELECTIONS[conditionType];
  if (selection === undefined) return undefined;
  const terms = arrayAt(body, 'spec', selection.terms).map(termText);
  return terms.length === 0 ? undefined : `no ${selection.noun} matches ${terms.join(' or ')}`;
}

function termText(term: JsonValue): string {
  const tags = objectAt(term, 'tags');
  return [
    ...Object.keys(tags).map((key) => `${key}=${textAt(tags, key) ?? ''}`),
    ...TERM_FIELDS.flatMap((field) => {
      const value = textAt(term, field);
      return value === undefined ? [] : `${field} ${value}`;
    }),
  ].join(' and ');
}
