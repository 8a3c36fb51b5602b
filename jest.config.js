/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } }]
  },
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  // These need tools that .ci/tools installs: see jest.system.config.js.
  testPathIgnorePatterns: ['/node_modules/', '/__tests__/system/'],
  globalSetup: '<rootDir>/__tests__/support/assert-runtime.js',
  reporters: ['default', '<rootDir>/__tests__/support/count-reporter.js'],
  // Many tests wait for processes that they start: a processor left free would stay so.
  maxWorkers: '100%',
  testTimeout: 60_000
}
