import json

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.contrib.auth import get_user_model

from .models import *


def index(request):
    return HttpResponse('투두메이트 서버입니다')


@csrf_exempt
def goal_list(request):
    if request.method == 'GET':
        goals = Goal.objects.all()
        data = []
        for goal in goals:
            data.append({
                'id': goal.id,
                'title': goal.title,
                'color': goal.color,
            })
        return JsonResponse(data, safe=False)

    elif request.method == 'POST':
        body = json.loads(request.body.decode('utf-8'))
        goal = Goal.objects.create(
            user_id=body['user'],
            title=body['title'],
        )
        return JsonResponse({'id': goal.id, 'title': goal.title}, status=201)

    return HttpResponse(status=405)


@method_decorator(csrf_exempt, name='dispatch')
class TodoView(View):
    def get(self, request, goal_id):
        todos = Todo.objects.filter(goal_id=goal_id).values('id', 'content', 'is_done')
        return JsonResponse({'todos': list(todos)}, json_dumps_params={'ensure_ascii': False})

    def post(self, request, goal_id):
        goal = get_object_or_404(Goal, pk=goal_id)
        data = json.loads(request.body)
        todo = Todo.objects.create(goal=goal, content=data['content'])
        return JsonResponse({'id': todo.id, 'content': todo.content}, status=201)

    def delete(self, request, goal_id):
        Todo.objects.filter(goal_id=goal_id).delete()
        return HttpResponse(status=204)
