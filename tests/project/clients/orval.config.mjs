export default {
  zod: {
    input: "./schema.json",
    output: {
      target: "./zod/orval.ts",
      client: "zod",
      override: { zod: { generateEachHttpStatus: true } },
    },
  },
};
