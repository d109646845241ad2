import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App } from 'cdk8s';
import { parse } from 'yaml';
import { InflateChart, type InflateChartProps } from '../../charts/inflate-chart';
import { manifestOf, manifestsOf } from '../../charts/manifest';
import { DEFAULT_CONFIG, labCharts } from './default-lab-charts';

const EXERCISE = path.join(__dirname, '../fixtures/exercise-basic-deploy.yaml');
const PROPS: InflateChartProps = { namespace: 'playground', cpu: '1', image: 'registry.test/pause:1', team: 'blue' };

function inflateChart(props: Partial<InflateChartProps> = {}): InflateChart {
  return new InflateChart(new App(), 'Inflate', { ...PROPS, ...props });
}

function deploymentOf(chart: InflateChart): object {
  return manifestOf(chart.deployment);
}

describe('the inflate chart', () => {
  test('is stable', () => {
    expect(manifestsOf(labCharts().inflate)).toMatchSnapshot();
  });

  test('by default holds the Deployment of the exercise, and no field besides', () => {
    expect(deploymentOf(labCharts().inflate)).toStrictEqual(parse(readFileSync(EXERCISE, 'utf8')));
  });

  test('makes the namespace before the Deployment', () => {
    expect(manifestsOf(labCharts().inflate).map(({ kind, metadata }) => `${kind}/${metadata.name}`))
      .toEqual(['Namespace/karpenter-test', 'Deployment/inflate']);
  });

  test('has no pod unless replicas are asked for', () => {
    expect(deploymentOf(inflateChart())).toMatchObject({ spec: { replicas: 0 } });
  });

  test('has as many pods as asked for', () => {
    expect(deploymentOf(inflateChart({ replicas: 5 }))).toMatchObject({ spec: { replicas: 5 } });
  });

  test('takes the number of pods from the configuration', () => {
    const config = { ...DEFAULT_CONFIG, inflate: { ...DEFAULT_CONFIG.inflate, replicas: 7 } };
    expect(deploymentOf(labCharts(config).inflate)).toMatchObject({ spec: { replicas: 7 } });
  });

  test('selects its pods by its name, and the nodes by the team', () => {
    expect(deploymentOf(inflateChart({ name: 'balloon', team: 'red' }))).toMatchObject({
      metadata: { name: 'balloon', namespace: 'playground' },
      spec: {
        selector: { matchLabels: { app: 'balloon' } },
        template: { metadata: { labels: { app: 'balloon' } }, spec: { nodeSelector: { 'eks-team': 'red' } } },
      },
    });
  });

  test.each([['1', 1], ['500m', '500m'], ['0.5', '0.5']])('writes a CPU request of %s as people do', (cpu, written) => {
    expect(deploymentOf(inflateChart({ cpu })))
      .toMatchObject({ spec: { template: { spec: { containers: [{ resources: { requests: { cpu: written } } }] } } } });
  });
});
