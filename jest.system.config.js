import base from './jest.config.js'

/** The system tests: the built bundle as a process, with real tools around it. */
export default {
  ...base,
  testMatch: ['<rootDir>/__tests__/system/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/']
}
