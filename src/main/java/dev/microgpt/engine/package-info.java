/// A character-level GPT as a plain Java library with no dependencies beyond the JDK.
///
/// [MicroGpt] is the entry point. It ports the class of the same name in microgptjs, which is itself a
/// translation of Andrej Karpathy's microgpt.py: load documents, initialise the parameters, train step by
/// step, generate text.
///
/// ```java
/// MicroGpt model = new MicroGpt(ModelOptions.builder().numSteps(500).build());
/// model.loadData("alice\nbob\ncharlie\ndavid\nemma\nfrank");
/// model.initParams();
/// for (int i = 0; i < 500; i++) {
///     model.trainStep();
/// }
/// String name = model.generate(0.5).text();
/// ```
///
/// ## Types
///
/// - [Corpus] holds the tokenised documents, [Tokenizer] maps texts to token ids and back: [CharTokenizer], [BpeTokenizer].
/// - [ModelOptions] holds the configuration, [Matrix] the name and position of each parameter matrix.
/// - [LanguageModel] evaluates fixed parameters: it generates, scores and inspects texts. It needs neither
///   gradients nor an optimiser.
/// - [TextStream] generates and [ScoreBatch] scores many texts, with the same results and faster; a [ParallelRunner]
///   gives the stream a second thread.
/// - [ModelState] is an immutable copy of what training changes; [Checkpoint] is a complete model, ready to
///   be stored.
/// - [StepInputs] repeats a training step with the reference engine, and [StepAnatomy] shows every number in
///   it.
/// - [LossHistory] keeps the losses of all steps in bounded memory.
///
/// ## Engines
///
/// There are two implementations of the same model, see [EngineKind]. The scalar engine is the reference:
/// double precision, with automatic differentiation number by number. The tensor engine is the fast one:
/// single precision, explicit gradients, SIMD. Tests hold it to the reference.
///
/// The subpackages are `scalar` (automatic differentiation), `tensor` (the fast model) and `random` (the two
/// random generators). Dependencies point one way: `engine` uses its subpackages, which use neither `engine`
/// nor each other.
///
/// ## Conventions
///
/// Every array has its shape next to its declaration, in these letters: T tokens (positions), C embedding
/// width (`nEmbd`), H heads (`nHead`), D head width (C / H), V vocabulary including BOS, L layers (`nLayer`),
/// B documents in a batch. All arrays are row-major. `numParams` is the number of parameters; flat parameter
/// arrays are in the order of [Matrix#of]. Losses and likelihoods are in nats.
///
/// Invalid input throws [InvalidInputException], and training or generating with numbers that are no longer
/// finite throws [DivergedException]. Classes are not thread-safe unless they say so.
@NullMarked
package dev.microgpt.engine;

import org.jspecify.annotations.NullMarked;
