import { CloudFormationClient, DeleteStackCommand, DescribeStacksCommand, type StackStatus, UpdateStackCommand } from '@aws-sdk/client-cloudformation';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JsonObject, objectAt, parseJson } from '../../lib/json';
import { causeFirst, findingSentence, readFindings } from '../../lib/rehearsal/findings';
import { INSTRUCTOR_CREDENTIALS } from '../../lib/rehearsal/iam/principals';
import type { RehearsalRecord } from '../../lib/rehearsal/rehearsal-state';
import { runContext } from '../../lib/run-context';
import { pause, pollFor } from '../../lib/wait-for';
import { temporaryFolder } from './fake-program';

/** One small change of the template, as a maintainer makes by mistake. */
export type Mistake = (template: EditedTemplate) => void;

/** A synthesized template that a mistake is made in. */
export class EditedTemplate {
  private body: JsonObject;

  constructor(text: string) {
    this.body = objectAt(parseJson(text));
  }

  get text(): string {
    return JSON.stringify(this.body);
  }

  /**
   * Replaces a text within a resource, as it stands in JSON.
   *
   * @param logicalId how the logical id begins, or what it matches
   * @throws where the resource has no such text
   */
  replace(logicalId: string | RegExp, text: string | RegExp, instead: string): void {
    for (const [id, resource] of this.resourcesAt(logicalId)) {
      const before = JSON.stringify(resource);
      const after = before.replace(text, instead);
      if (after === before) throw new Error(`${id} has no ${String(text)}: ${before}`);
      this.put(id, objectAt(parseJson(after)));
    }
  }

  /** Replaces a text in a manifest, or in values of a chart, which are JSON within JSON. */
  replaceInText(logicalId: string | RegExp, text: string, instead: string): void {
    const inner = (part: string): string => JSON.stringify(part).slice(1, -1);
    this.replace(logicalId, inner(text), inner(instead));
  }

  /** Removes a statement of a policy, by its Sid. */
  removeStatement(logicalId: string, sid: string): void {
    this.changeStatements(logicalId, (statements) => statements.filter((statement) => statement['Sid'] !== sid));
  }

  /** Removes an action of a statement. */
  removeAction(logicalId: string, sid: string, action: string): void {
    this.changeStatements(logicalId, (statements) => statements.map((statement) => statement['Sid'] !== sid ? statement : {
      ...statement, Action: [statement['Action'] ?? []].flat().filter((each) => each !== action),
    }));
  }

  /** Removes resources, and every `DependsOn` of them. */
  remove(logicalId: string | RegExp): void {
    const gone = new Set(this.resourcesAt(logicalId).map(([id]) => id));
    const left = Object.entries(objectAt(this.body, 'Resources')).filter(([id]) => !gone.has(id));
    this.body = { ...this.body, Resources: Object.fromEntries(left.map(([id, resource]) => [id, withoutDependency(objectAt(resource), gone)])) };
  }

  /** Removes one `DependsOn` of a resource. */
  removeDependency(logicalId: string | RegExp, on: string): void {
    for (const [id, resource] of this.resourcesAt(logicalId)) this.put(id, withoutDependency(resource, new Set(this.resourcesAt(on).map(([target]) => target))));
  }

  private changeStatements(logicalId: string, change: (statements: readonly JsonObject[]) => readonly JsonObject[]): void {
    for (const [id, resource] of this.resourcesAt(logicalId)) {
      const properties = objectAt(resource, 'Properties');
      const document = objectAt(properties, 'PolicyDocument');
      const before = [document['Statement'] ?? []].flat().map((statement) => objectAt(statement));
      const after = change(before);
      if (JSON.stringify(after) === JSON.stringify(before)) throw new Error(`${id} has no such statement`);
      this.put(id, { ...resource, Properties: { ...properties, PolicyDocument: { ...document, Statement: [...after] } } });
    }
  }

  private resourcesAt(logicalId: string | RegExp): readonly (readonly [string, JsonObject])[] {
    const isMeant = (id: string): boolean => typeof logicalId === 'string' ? id.startsWith(logicalId) : logicalId.test(id);
    const found = Object.entries(objectAt(this.body, 'Resources')).filter(([id]) => isMeant(id)).map(([id, resource]) => [id, objectAt(resource)] as const);
    if (found.length === 0) throw new Error(`no resource ${String(logicalId)}`);
    return found;
  }

  private put(logicalId: string, resource: JsonObject): void {
    this.body = { ...this.body, Resources: { ...objectAt(this.body, 'Resources'), [logicalId]: resource } };
  }
}

function withoutDependency(resource: JsonObject, gone: ReadonlySet<string>): JsonObject {
  const { DependsOn: dependsOn, ...rest } = resource;
  if (dependsOn === undefined) return resource;
  const left = [dependsOn].flat().filter((target) => typeof target !== 'string' || !gone.has(target));
  return left.length === 0 ? rest : { ...rest, DependsOn: left };
}

/** A copy of an assembly, with its assets, in whose template a mistake is made. */
export function brokenAssembly(assembly: string, mistake: Mistake): string {
  const folder = temporaryFolder();
  cpSync(assembly, folder, { recursive: true });
  const file = templateFile(folder);
  writeFileSync(file, edited(file, mistake));
  return folder;
}

/** The template of an assembly, with a mistake. */
export function brokenTemplate(assembly: string, mistake: Mistake): string {
  return edited(templateFile(assembly), mistake);
}

function edited(file: string, mistake: Mistake): string {
  const template = new EditedTemplate(readFileSync(file, 'utf8'));
  mistake(template);
  return template.text;
}

function templateFile(assembly: string): string {
  return join(assembly, readdirSync(assembly).find((file) => file.endsWith('.template.json')) ?? '');
}

/** Statuses of a stack in which nothing goes on. */
const ENDED: readonly (StackStatus | undefined)[] = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'CREATE_FAILED', 'UPDATE_FAILED'];

/** A lab that stands in a rehearsed account, and whose stack is changed. */
export class StandingLab {
  private readonly cloudFormation: CloudFormationClient;

  constructor(private readonly record: RehearsalRecord, private readonly assembly: string, private readonly stackName: string) {
    this.cloudFormation = new CloudFormationClient({ endpoint: record.awsEndpoint, region: record.region, credentials: INSTRUCTOR_CREDENTIALS });
  }

  close(): void {
    this.cloudFormation.destroy();
  }

  /** Changes the stack to the lab with a mistake in the place of an earlier one. */
  async change(mistake: Mistake): Promise<void> {
    await this.settled();
    await this.cloudFormation.send(new UpdateStackCommand({
      StackName: this.stackName, TemplateBody: brokenTemplate(this.assembly, mistake), Capabilities: ['CAPABILITY_NAMED_IAM'],
    }));
  }

  /** Begins to delete the stack. */
  async delete(): Promise<void> {
    await this.settled();
    await this.cloudFormation.send(new DeleteStackCommand({ StackName: this.stackName }));
  }

  /** Waits until nothing goes on in the stack. */
  async settled(): Promise<void> {
    await pollFor(async () => {
      const { Stacks: [stack] = [] } = await this.cloudFormation.send(new DescribeStacksCommand({ StackName: this.stackName }));
      return ENDED.includes(stack?.StackStatus);
    }, { deadlineSeconds: 120, everySeconds: 0.3, onDeadline: () => new Error('the stack does not come to rest') });
  }

  /** How many findings there are. */
  get findingCount(): number {
    return readFindings(this.record.findingsFile).length;
  }

  /**
   * Waits until the cause of what was found is named, and gives the sentence.
   *
   * @param since findings that there were before
   */
  async cause(since: number, named: RegExp, seconds = 60): Promise<string> {
    const sentences = (): readonly string[] => causeFirst(readFindings(this.record.findingsFile).slice(since)).map(findingSentence);
    await pollFor(() => named.test(sentences()[0] ?? ''), {
      deadlineSeconds: seconds, everySeconds: 0.3, onDeadline: () => new Error(`not found within ${seconds} s: ${named.source}. Found: ${sentences().join(' | ')}`),
    }, runContext());
    // What else follows from it must not come before it.
    await pause(0.5);
    return sentences()[0] ?? '';
  }
}
