import jest from 'eslint-plugin-jest'
import tseslint from 'typescript-eslint'

/**
 * The house rule: every room may import from the rooms listed here, and from no other. `errors.ts` is open to all.
 * ARCHITECTURE.md draws the same picture.
 */
const ROOMS = {
  traces: [],
  quality: ['traces'],
  gates: ['traces'],
  export: ['traces'],
  dataset: ['traces', 'quality'],
  hub: ['dataset'],
  report: ['traces', 'quality', 'gates', 'dataset'],
  action: [],
  commands: ['traces', 'quality', 'gates', 'export', 'dataset', 'hub', 'report', 'action']
}

const walls = Object.entries(ROOMS).map(([room, open]) => ({
  files: [`src/${room}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: Object.keys(ROOMS)
          .filter((other) => other !== room && !open.includes(other))
          .map((other) => ({
            regex: `^(\\.\\./)+${other}/`,
            message: `"${room}" may not know "${other}" (see ARCHITECTURE.md).`
          }))
      }
    ]
  }
}))

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', '**/fixtures/', '.cache/'] },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // It asks for `!`, which `no-non-null-assertion` forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      eqeqeq: 'error',
      'no-console': 'error'
    }
  },
  ...walls,
  {
    // Only the edge knows the Actions toolkit.
    files: ['src/**/*.ts'],
    ignores: ['src/action/**', 'src/main.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: ['@actions/*'] }] }
  },
  {
    files: ['__tests__/**/*.ts'],
    plugins: { jest },
    rules: {
      ...jest.configs['flat/recommended'].rules,
      'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*'] }],
      // Tests that a machine may not be able to run: `test`, or `test.skip` with the reason in the name.
      'jest/no-standalone-expect': ['error', { additionalTestBlockFunctions: ['asNobody', 'onSmallDisk'] }],
      'jest/no-disabled-tests': 'off',
      'jest/no-conditional-expect': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off'
    }
  },
  { files: ['bench/**', 'scripts/**', 'demo/**'], rules: { 'no-console': 'off' } }
)
