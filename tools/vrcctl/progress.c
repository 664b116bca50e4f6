// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

/* The job runs in a thread while this one shows that time passes. */
struct job {
	int (*run)(void *arg);
	void *arg;
	int ret;
	bool done;
	pthread_mutex_t lock;
	pthread_cond_t cond;
};

static void *job_thread(void *arg)
{
	struct job *job = arg;
	int ret = job->run(job->arg);

	pthread_mutex_lock(&job->lock);
	job->ret = ret;
	job->done = true;
	pthread_cond_signal(&job->cond);
	pthread_mutex_unlock(&job->lock);
	return NULL;
}

static void show(struct job *job, const char *what)
{
	struct timespec next;
	unsigned int seconds = 0;

	clock_gettime(CLOCK_REALTIME, &next);
	pthread_mutex_lock(&job->lock);
	while (!job->done) {
		next.tv_sec++;
		if (pthread_cond_timedwait(&job->cond, &job->lock, &next) == ETIMEDOUT)
			fprintf(stderr, "\r%s, %u s ", what, ++seconds);
	}
	pthread_mutex_unlock(&job->lock);
	if (seconds)
		fputs("\r\033[K", stderr);
}

int with_progress(const char *what, int (*run)(void *arg), void *arg)
{
	struct job job = {
		.run = run, .arg = arg,
		.lock = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER,
	};
	pthread_t thread;

	if (!isatty(STDERR_FILENO) || pthread_create(&thread, NULL, job_thread, &job))
		return run(arg);
	show(&job, what);
	pthread_join(thread, NULL);
	return job.ret;
}
