package org.isomorph.proof;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.isomorph.convert.Blueprint;
import org.isomorph.convert.Checkpoint;
import org.isomorph.convert.Plan;
import org.isomorph.convert.run.Executor;
import org.isomorph.convert.run.Options;
import org.isomorph.convert.run.ProgressListener;
import org.isomorph.dialect.Dialects;

/**
 * The last step of a conversion that is to be proven: looks at what was written before it is put in
 * its place, so that a result which fails never gets there.
 */
public final class Proof implements Executor.Closing {
  private final Plan plan;
  private final Dialects dialects;
  private final ProgressListener listener;
  private final Optional<String> certify;
  private final boolean verify;
  private Optional<WayBack> wayBack = Optional.empty();
  private Optional<Report> function = Optional.empty();

  /**
   * A proof of a plan.
   *
   * @param certify this version's name, if a certificate is to be written beside the result
   * @param verify whether to go the way back, and to run both models
   */
  public Proof(
      Plan plan,
      Dialects dialects,
      Optional<String> certify,
      boolean verify,
      ProgressListener listener) {
    this.plan = plan;
    this.dialects = dialects;
    this.certify = certify;
    this.verify = verify;
    this.listener = listener;
  }

  @Override
  public List<Blueprint.Small> files(Path directory) throws IOException {
    if (!verify && certify.isEmpty()) return List.of();
    Checkpoint written =
        Checkpoint.open(directory, dialects, Optional.of(plan.target()), Optional.empty());
    if (verify) {
      wayBack = Optional.of(WayBack.check(plan, written, dialects, Options.defaults(), listener));
      function = Optional.of(function(written));
    }
    return certify.isEmpty() ? List.of() : List.of(certificate(certify.get(), written));
  }

  private Report function(Checkpoint written) {
    Report report = Comparison.between(plan.source(), written, Map.of(), listener);
    if (report.outcome() != Report.Outcome.SAME)
      throw new ProofException(
          "what was written does not compute what %s does: %s"
              .formatted(plan.source().directory(), ReportText.verdict(report)));
    return report;
  }

  private Blueprint.Small certificate(String version, Checkpoint written) {
    Map<String, String> before = Hashes.of(plan.source().stored(), listener);
    Map<String, String> after = Hashes.of(written.stored(), listener);
    return new Certificate(
            version,
            plan,
            before,
            written.stored(),
            after,
            wayBack.orElse(null),
            function.orElse(null))
        .file();
  }

  /** What came of the way back, once the conversion is done and if it was to be verified. */
  public Optional<WayBack> wayBack() {
    return wayBack;
  }

  /** What came of running both models, likewise. */
  public Optional<Report> function() {
    return function;
  }
}
