import { LabError } from '../lab-error';
import { referencesIn } from './intrinsics';
import type { TemplateResource } from './template-resource';

/**
 * Which resource needs which, from `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`. CloudFormation
 * creates in this order and deletes in its reverse.
 */
export class DependencyGraph {
  /** Builds the graph of a template's resources. References to parameters and pseudo parameters are no edges. */
  static of(resources: Iterable<TemplateResource>): DependencyGraph {
    const byId = new Map([...resources].map((resource) => [resource.logicalId, resource]));
    const dependencies = new Map<string, ReadonlySet<string>>();
    for (const resource of byId.values()) {
      const targets = [...resource.dependsOn, ...referencesIn(resource.properties)];
      dependencies.set(resource.logicalId, new Set(targets.filter((target) => byId.has(target))));
    }
    return new DependencyGraph(dependencies);
  }

  private readonly dependents: ReadonlyMap<string, ReadonlySet<string>>;

  private constructor(private readonly dependencies: ReadonlyMap<string, ReadonlySet<string>>) {
    const dependents = new Map<string, Set<string>>();
    for (const logicalId of dependencies.keys()) dependents.set(logicalId, new Set());
    for (const [logicalId, targets] of dependencies) {
      for (const target of targets) dependents.get(target)?.add(logicalId);
    }
    this.dependents = dependents;
  }

  /** Logical ids that must exist before this one is created: one step only. */
  dependenciesOf(logicalId: string): ReadonlySet<string> {
    return this.dependencies.get(logicalId) ?? new Set();
  }

  /** Logical ids that must be gone before this one is deleted: one step only. */
  dependentsOf(logicalId: string): ReadonlySet<string> {
    return this.dependents.get(logicalId) ?? new Set();
  }

  /** Whether `from` needs `to`, in one step or more. A resource does not depend on itself. */
  dependsOn(from: string, to: string): boolean {
    return this.allDependenciesOf(from).has(to);
  }

  /** Every logical id that must exist before this one, over any number of steps. */
  allDependenciesOf(logicalId: string): ReadonlySet<string> {
    const found = new Set<string>();
    const pending = [...this.dependenciesOf(logicalId)];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (found.has(next)) continue;
      found.add(next);
      pending.push(...this.dependenciesOf(next));
    }
    return found;
  }

  /**
   * An order in which every resource follows what it needs; the template's own order where it leaves a choice.
   *
   * @throws LabError `DependencyCycleFound` when there is none
   */
  topologicalOrder(): readonly string[] {
    const finished = new Set<string>();
    const open: string[] = [];

    const visit = (logicalId: string): void => {
      if (finished.has(logicalId)) return;
      if (open.includes(logicalId)) throw cycleFound([...open.slice(open.indexOf(logicalId)), logicalId]);
      open.push(logicalId);
      for (const dependency of this.dependenciesOf(logicalId)) visit(dependency);
      open.pop();
      finished.add(logicalId);
    };

    for (const logicalId of this.dependencies.keys()) visit(logicalId);
    return [...finished];
  }
}

function cycleFound(cycle: readonly string[]): LabError {
  return new LabError({
    code: 'DependencyCycleFound',
    message: 'The template has resources that wait for each other, so CloudFormation would refuse it.',
    received: cycle.join(' -> '),
    remedy: 'Remove one reference or DependsOn of this circle from the stack, then run npm run synth.',
  });
}
