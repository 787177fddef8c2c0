// How problems are printed: so that a terminal or editor can jump to them.

import { ScenarioError, formatProblem } from '../../src/scenario/scenario-error';

test('a problem is one line with its place and its fix', () => {
  expect(
    formatProblem({ file: 'a.yaml', line: 3, column: 7, message: 'wrong; expected right', fix: 'did you mean "x"?' }),
  ).toBe('a.yaml:3:7: wrong; expected right; did you mean "x"?');
  expect(formatProblem({ file: 'a.yaml', line: 0, column: 0, message: 'is not there' })).toBe('a.yaml: is not there');
});

test('problems stand in the order of the files', () => {
  const at = (file: string, line: number, column: number) => ({ file, line, column, message: 'm' });
  const error = new ScenarioError([at('b', 1, 1), at('a', 10, 1), at('a', 9, 5), at('a', 9, 2)]);
  expect(error.message.split('\n')).toEqual(['a:9:2: m', 'a:9:5: m', 'a:10:1: m', 'b:1:1: m']);
  expect(error.name).toBe('ScenarioError');
});
