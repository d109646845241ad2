import type { JsonObject } from '../../lib/json';
import { labErrorOf } from './lab-error-of';
import { resource, stackOf } from './small-lab';

const TYPE = 'AWS::Test::Thing';

function graphOf(resources: JsonObject) {
  return stackOf(resources).graph;
}

describe('the dependency graph', () => {
  const graph = graphOf({
    Service: resource(TYPE, { Role: { 'Fn::GetAtt': ['Role', 'Arn'] }, Region: { Ref: 'AWS::Region' } }, 'Logs'),
    Role: resource(TYPE, { Policy: { 'Fn::Sub': '${Policy}' } }),
    Logs: resource(TYPE),
    Policy: resource(TYPE),
    Alone: { Type: TYPE, DependsOn: 'Logs' },
  });

  test('has an edge for each reference and each DependsOn, and none for parameters', () => {
    expect([...graph.dependenciesOf('Service')].toSorted()).toEqual(['Logs', 'Role']);
    expect([...graph.dependenciesOf('Role')]).toEqual(['Policy']);
    expect([...graph.dependenciesOf('Alone')]).toEqual(['Logs']);
  });

  test('knows the way back, in which things are deleted', () => {
    expect([...graph.dependentsOf('Logs')].toSorted()).toEqual(['Alone', 'Service']);
  });

  test('follows more than one step', () => {
    expect(graph.dependsOn('Service', 'Policy')).toBe(true);
    expect(graph.dependsOn('Policy', 'Service')).toBe(false);
    expect(graph.dependsOn('Service', 'Service')).toBe(false);
  });

  test('orders each resource after what it needs, and otherwise as the template does', () => {
    expect(graph.topologicalOrder()).toEqual(['Policy', 'Role', 'Logs', 'Service', 'Alone']);
  });

  test('knows nothing of a resource that is not there', () => {
    expect([...graph.dependenciesOf('Absent')]).toEqual([]);
  });

  test('fails when resources wait for each other, and names the circle', () => {
    const circular = graphOf({
      Start: resource(TYPE, { Next: { Ref: 'A' } }),
      A: resource(TYPE, { Next: { Ref: 'B' } }),
      B: resource(TYPE, {}, 'A'),
    });

    expect(labErrorOf(() => circular.topologicalOrder())).toMatchObject({ code: 'DependencyCycleFound', received: 'A -> B -> A' });
  });

  test('fails when a resource waits for itself', () => {
    expect(labErrorOf(() => graphOf({ A: resource(TYPE, {}, 'A') }).topologicalOrder())).toMatchObject({ received: 'A -> A' });
  });
});
