// SPDX-License-Identifier: GPL-2.0-only
/*
 * replay NAME FILE...   give each seed to the fuzzer it was linked with, as TAP
 *
 * Each in a process of its own: a seed that crashes or hangs is one test that fails.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

#define LIMIT_S 30

static void give(const char *file)
{
	FILE *f = fopen(file, "re");
	uint8_t *data;
	struct stat st;
	size_t n;

	if (!f || fstat(fileno(f), &st)) {
		perror(file);
		exit(1);
	}
	/* Of its very size, so that a look beyond the end is seen. */
	data = malloc(st.st_size);
	n = st.st_size ? fread(data, 1, st.st_size, f) : 0;
	fclose(f);
	alarm(LIMIT_S);
	LLVMFuzzerTestOneInput(data, n);
	free(data);
	exit(0);
}

static void show(FILE *said)
{
	char line[1024];

	rewind(said);
	while (fgets(line, sizeof(line), said))
		printf("# %s", line);
}

static int replay(const char *file)
{
	FILE *said = tmpfile();
	int status = -1;
	pid_t pid = said ? fork() : -1;

	if (!pid) {
		dup2(fileno(said), STDERR_FILENO);
		dup2(fileno(said), STDOUT_FILENO);
		give(file);
	}
	if (pid > 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	printf("%sok - %s\n", status ? "not " : "", file);
	if (status && said)
		show(said);
	if (said)
		fclose(said);
	fflush(stdout);
	return status;
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int main(int argc, char **argv)
{
	char dir[] = "/tmp/fuzz.XXXXXX";
	int failed = 0;

	if (!mkdtemp(dir) || setenv("FUZZ_TMP", dir, 1)) {
		perror(dir);
		return 1;
	}
	printf("1..%d\n", argc - 1);
	fflush(stdout);
	for (int i = 1; i < argc; i++)
		failed |= replay(argv[i]) != 0;
	nftw(dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	return failed;
}
