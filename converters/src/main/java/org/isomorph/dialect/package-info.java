/**
 * One family's checkpoints as data, read in both directions.
 *
 * <p>A {@link org.isomorph.dialect.Dialect} reads a {@link org.isomorph.dialect.Config} into a
 * model and writes a model as a configuration; its {@link org.isomorph.dialect.Row rows} say which
 * checkpoint tensor is made of which canonical parameters, through a layout. {@link
 * org.isomorph.dialect.Table} binds rows to one model and checks that nothing is missing or twice.
 * {@link org.isomorph.dialect.Dialects} finds families by {@link java.util.ServiceLoader}, also in
 * plug-in jars.
 */
@NullMarked
package org.isomorph.dialect;

import org.jspecify.annotations.NullMarked;
