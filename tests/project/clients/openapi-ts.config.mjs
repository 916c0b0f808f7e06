export default {
  input: "./schema.json",
  output: "./zod/hey-api",
  // Without `offset`, only times that end in Z are valid.
  plugins: ["@hey-api/typescript", { name: "zod", dates: { offset: true } }],
};
